// Texts of other character sets as UTF-8.
//
// UTF-8, UTF-16 and windows-1252 are read here, with the labels of the Encoding Standard (WHATWG), by which ISO-8859-1
// and US-ASCII mean windows-1252; anything else by the C library's iconv(), as far as its tables are installed. Bytes
// that the character set does not have become U+FFFD. Thread-safe; linear in time and memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxCharsetLabelBytes = 40;

// Whether decode_charset() needs a table of the C library, which may have to be read from the disk.
bool is_installed_charset(std::string_view label);
// Errors: kInvalidArgument  the character set is not known; says its name
Result<std::string> decode_charset(std::string bytes, std::string_view label);

// Each byte is a character. The five that windows-1252 does not have are control characters, as in browsers.
std::string decode_windows_1252(std::string_view bytes);

// The Unicode encoding that the bytes show by their byte order mark, or by the zero bytes of UTF-16 at the beginning;
// empty: neither.
std::string_view unicode_signature(std::string_view bytes);

}  // namespace wick
