// URLs of other systems in texts for people and models. Unlike base/url.h, these functions also accept
// malformed URLs, so that a malformed URL leaks no credential. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace wick::http {

// The URL without user name and password (RFC 3986 §3.2.1).
std::string without_userinfo(std::string_view url);
// Scheme, host, port and path only: without the parts that may hold a credential.
std::string without_credentials(std::string_view url);

}  // namespace wick::http
