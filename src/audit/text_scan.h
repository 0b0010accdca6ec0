// Scanning for secrets, for mask.cpp: names, assignments, and the content of JSON strings. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick {

// The first position at or after `at` without JSON white space.
std::size_t skip_space(std::string_view text, std::size_t at);
// The beginning of the name (letters, digits, '_', '-', '.' and brackets) that ends before `end`; at most 64
// bytes earlier.
std::size_t begin_of_name(std::string_view text, std::size_t end);

// The value of a secret name before the ':', '=' or '>' at `separator`: the rest of a header line, the value of
// a parameter, the text of an XML element, or the password of a URL. Empty if the name is not secret. Reads the
// 80 bytes before the separator and nothing after the value.
struct Assignment {
  std::size_t begin = 0, end = 0;
};
Assignment find_assignment(std::string_view text, std::size_t separator, bool is_cut);

// Decodes the text between the quotes. Incomplete or invalid escapes are omitted or become U+FFFD.
std::string decode_json_string(std::string_view content);
std::string encode_json_string(std::string_view text);

}  // namespace wick
