// The cookie that holds the secret of a session (http/cookies.h).
#pragma once

#include <string>
#include <string_view>

namespace wick {

std::string session_cookie_name(const std::string& public_url);
// The value of a Set-Cookie field; an empty secret removes the cookie.
std::string set_session_cookie(const std::string& public_url, std::string_view secret);

}  // namespace wick
