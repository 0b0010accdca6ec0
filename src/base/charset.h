// Conversion of other character sets to UTF-8.
//
// UTF-8, UTF-16 and windows-1252 are decoded here. Their labels are those of the Encoding Standard (WHATWG), in
// which ISO-8859-1 and US-ASCII are labels of windows-1252. The C library's iconv() decodes all other character
// sets for which it has tables. Bytes that are invalid in the character set become U+FFFD. Thread-safe; linear
// in time and memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxCharsetLabelBytes = 40;

// Whether decode_charset() needs a table of the C library. Loading the table may read from disk.
bool is_installed_charset(std::string_view label);
// Errors: kInvalidArgument  the character set is not known; the message names it
Result<std::string> decode_charset(std::string bytes, std::string_view label);

// Decodes each byte as one character. The five undefined bytes become control characters, as in browsers.
std::string decode_windows_1252(std::string_view bytes);

// The Unicode encoding that the byte order mark shows, or the zero bytes at the beginning (UTF-16 without a
// mark). Empty if the bytes show none.
std::string_view unicode_signature(std::string_view bytes);

}  // namespace wick
