#include "http/url_text.h"

#include "base/text.h"

namespace wick::http {

std::string without_userinfo(std::string_view url) {
  const auto slashes = url.find("//");
  const auto first = url.find_first_of("/?#");
  if (slashes == std::string_view::npos || slashes != first) return std::string(url);  // it has no authority
  const std::string_view head = url.substr(0, slashes + 2), rest = url.substr(slashes + 2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  const auto at = authority.rfind('@');
  return std::string(head).append(at == std::string_view::npos ? rest : rest.substr(at + 1));
}

std::string without_credentials(std::string_view url) {
  return without_userinfo(url.substr(0, url.find_first_of("?#")));
}

}  // namespace wick::http
