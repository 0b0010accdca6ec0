#include "http/cookies.h"

namespace wick::http {
namespace {

bool is_https(std::string_view public_url) {
  return public_url.starts_with("https://");
}

}  // namespace

std::string cookie_name(std::string_view public_url, const CookieType& type) {
  return (is_https(public_url) ? "__Host-" : "") + std::string(type.name);
}

std::string set_cookie(std::string_view public_url, const CookieType& type, std::string_view value) {
  std::string out = cookie_name(public_url, type);
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=");
  out.append(type.same_site == SameSite::kStrict ? "Strict" : "Lax");
  if (is_https(public_url)) out.append("; Secure");
  return out + "; Max-Age=" + std::to_string(value.empty() ? 0 : type.age.count());
}

}  // namespace wick::http
