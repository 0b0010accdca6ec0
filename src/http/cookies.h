// Cookies that Wick sets (RFC 6265bis).
//
// With an https public URL, cookies are Secure, and their names have the prefix __Host-, which binds them to
// this origin (§4.1.3.2): neither another host of the domain nor a page over plain http can set them. Browsers
// reject both over plain http, so cookies of an http public URL have neither. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include <chrono>

namespace wick::http {

enum class SameSite { kLax, kStrict };

struct CookieType {
  std::string_view name;  // without the prefix
  SameSite same_site = SameSite::kLax;
  std::chrono::seconds age{};  // how long the browser keeps the cookie
};

// The name under which the browser sends the cookie. `public_url`: as Settings has it.
std::string cookie_name(std::string_view public_url, const CookieType& type);
// The value of a Set-Cookie field. An empty `value` removes the cookie.
std::string set_cookie(std::string_view public_url, const CookieType& type, std::string_view value);

}  // namespace wick::http
