// The body of a response as UTF-8 text, by its Content-Type. Pure functions, except for tables of the C
// library.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::http {

// The charset parameter of the Content-Type; empty if there is none.
std::string charset_of(std::string_view content_type);
// Whether body_text() may read from disk.
bool needs_installed_charset(std::string_view content_type);

// Decodes the body. A byte order mark takes precedence over the charset parameter, and the parameter over the
// default of the media type. JSON is UTF-8 (RFC 8259 §8.1), even with a single-byte charset if the body is
// valid UTF-8, because many servers send a wrong charset. Other text without a charset that is not valid UTF-8
// is windows-1252, as in browsers. Ill-formed sequences become U+FFFD. A body of any other type is text if it
// is valid UTF-8. nullopt: the body is not text.
// Errors: kInvalidArgument  the character set is not known
Result<std::optional<std::string>> body_text(std::string body, std::string_view content_type);

}  // namespace wick::http
