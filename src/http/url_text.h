// URLs of others in texts for people and models. Unlike base/url.h, these functions also read what is not a URL: a text keeps no
// credential because it is malformed. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace wick::http {

// Without a user name and password (RFC 3986 §3.2.1).
std::string without_userinfo(std::string_view url);
// Scheme, host, port and path: without what may hold a credential.
std::string without_credentials(std::string_view url);

}  // namespace wick::http
