#include "oauth/redirect_uri.h"

#include <algorithm>

#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::string without_port(std::string uri) {
  const auto begin = uri.find("://") + 3;
  const auto end = std::min(uri.find_first_of("/?", begin), uri.size());
  const auto colon = uri.rfind(':', end == 0 ? 0 : end - 1);
  const bool in_brackets = uri.find(']', begin) < end && colon < uri.find(']', begin);
  if (colon != std::string::npos && colon >= begin && colon < end && !in_brackets)
    uri.erase(colon, end - colon);
  return uri;
}

}  // namespace

// Two lines, a registered and a requested URI. What is accepted is absolute, of a scheme that may be, without
// user, fragment or wildcard; two that match differ in a loopback port at most.
void fuzz_redirect_uri(std::string_view data) {
  Input input(data);
  const std::string registered(input.until('\n')), requested(input.rest());
  for (const std::string& uri : {registered, requested}) {
    const auto sound = check_redirect_uri(uri);
    FUZZ_CHECK(describe_redirect(uri).size() <= uri.size() + 16);
    if (!sound) {
      FUZZ_CHECK(sound.error().code == ErrorCode::kInvalidArgument);
      FUZZ_CHECK(uri.empty() || !redirect_uri_matches("https://example.com/cb", uri));
      continue;
    }
    FUZZ_CHECK(uri.size() <= kMaxRedirectUriBytes);
    FUZZ_CHECK(uri.find_first_of("# \t\r\n\\\"<>{}|^`*") == std::string::npos);
    const std::string scheme = to_lower_ascii(uri.substr(0, uri.find(':')));
    FUZZ_CHECK(scheme != "javascript" && scheme != "data" && scheme != "file" && scheme != "blob" &&
               scheme != "about" && scheme != "vbscript" && scheme != "ftp" && scheme != "ws");
    if (scheme == "https" || scheme == "http") {
      FUZZ_CHECK(to_lower_ascii(uri).starts_with(scheme + "://"));
      const auto begin = scheme.size() + 3;
      const std::string authority = uri.substr(begin, uri.find_first_of("/?", begin) - begin);
      FUZZ_CHECK(!authority.empty() && authority.find('@') == std::string::npos);
      if (scheme == "http") {
        const std::string host = to_lower_ascii(without_port("http://" + authority).substr(7));
        FUZZ_CHECK(host == "localhost" || host == "127.0.0.1" || host == "[::1]");
        FUZZ_CHECK(is_loopback_redirect(uri));
      }
    }
    FUZZ_CHECK(redirect_uri_matches(uri, uri));
  }
  if (!check_redirect_uri(registered) || !redirect_uri_matches(registered, requested)) return;
  if (registered == requested) return;
  FUZZ_CHECK(is_loopback_redirect(registered) && is_loopback_redirect(requested));
  FUZZ_CHECK(check_redirect_uri(requested));
  FUZZ_CHECK(without_port(registered) == without_port(requested));
}

}  // namespace wick::fuzz
