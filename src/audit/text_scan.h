// Pieces of text that may hold a secret, for mask.cpp: names, assignments, and the content of JSON strings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wick {

// The first place at or after `at` that holds no space of JSON.
std::size_t skip_space(std::string_view text, std::size_t at);
// Where the letters, digits, '_', '-', '.' and brackets before `end` begin; at most 64 bytes before.
std::size_t begin_of_name(std::string_view text, std::size_t end);

// The value that a secret name before a ':', '=' or '>' at `separator` is given: the rest of a header line,
// the value of a parameter, the text of an XML element, or the password of a URL. Empty: there is none. Looks
// at the 80 bytes before the separator, and not beyond the end of the value.
struct Assignment {
  std::size_t begin = 0, end = 0;
};
Assignment find_assignment(std::string_view text, std::size_t separator, bool is_cut);

// Between the quotes. An escape that is not complete or not valid is left out or becomes U+FFFD.
std::string decode_json_string(std::string_view content);
std::string encode_json_string(std::string_view text);

}  // namespace wick
