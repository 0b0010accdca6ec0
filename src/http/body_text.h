// The body of a response as UTF-8 text, by its Content-Type. Pure functions, but for tables of the C library.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::http {

// The parameter of the Content-Type; empty: there is none.
std::string charset_of(std::string_view content_type);
// Whether body_text() may have to read from the disk.
bool needs_installed_charset(std::string_view content_type);

// A byte order mark says more than the parameter, and the parameter more than the kind. JSON is UTF-8 (RFC 8259
// §8.1), also when a charset of single bytes is given and the body is valid UTF-8: many servers name one by mistake.
// Other text without charset that is not valid UTF-8 is windows-1252, as in browsers. Ill-formed sequences become U+FFFD.
// A body of any other type is text when it is valid UTF-8; nullopt: it is not text.
// Errors: kInvalidArgument  the character set is not known
Result<std::optional<std::string>> body_text(std::string body, std::string_view content_type);

}  // namespace wick::http
