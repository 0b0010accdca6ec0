// Syntax of header fields (RFC 9110 §5). Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace wick::http {

inline constexpr std::size_t kMaxAccessTokenBytes = 16 * 1024;

// Whether `name` is a token (RFC 9110 §5.6.2).
bool is_field_name(std::string_view name);
// Whether `value` has no control character except the tab (RFC 9110 §5.5). Bytes above 0x7F are accepted.
bool is_field_value(std::string_view value);
// Whether an access token can be sent after "Bearer ": 1 to kMaxAccessTokenBytes visible ASCII characters. This
// is wider than b64token (RFC 6750 §2.1), because some servers issue tokens with "%" or "|" and expect them
// unchanged. No accepted character can end the header field.
bool is_access_token(std::string_view token);

// Parses "Name: value" and trims the value. Errors: kInvalidArgument
Result<std::pair<std::string, std::string>> parse_field_line(std::string_view line);

}  // namespace wick::http
