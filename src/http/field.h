// What a header field may hold (RFC 9110 §5). Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace wick::http {

inline constexpr std::size_t kMaxAccessTokenBytes = 16 * 1024;

// A token of RFC 9110 §5.6.2.
bool is_field_name(std::string_view name);
// No control character but the tab (RFC 9110 §5.5). Bytes above 0x7F are let through.
bool is_field_value(std::string_view value);
// Whether an access token can be sent behind "Bearer ": 1 to kMaxAccessTokenBytes visible ASCII characters.
// This is wider than the b64token of RFC 6750 §2.1, because some servers give tokens with "%" or "|" and
// expect them back as they are; no character of it can end the header field.
bool is_access_token(std::string_view token);

// A field written as "Name: value", without the blanks around the value. Errors: kInvalidArgument
Result<std::pair<std::string, std::string>> parse_field_line(std::string_view line);

}  // namespace wick::http
