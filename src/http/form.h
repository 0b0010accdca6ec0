// Form: decoded form or query parameters, and the redirect that usually answers them. Pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace wick::http {

using Form = std::map<std::string, std::string, std::less<>>;

// A parameter that comes twice is refused (RFC 6749 §3.1). Errors: kInvalidArgument
Result<Form> parse_form(std::string_view text);
// Empty when absent.
std::string parameter(const Form& form, std::string_view name);
// 303; RFC 9700 §4.12: never 307, which would repeat a form with its password.
Response see_other(std::string location);

}  // namespace wick::http
