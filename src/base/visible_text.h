// Names and other lines that people trust: every character is visible and stands where it is written. Invisible
// characters and characters that change the writing direction make one name look like another (Unicode
// Technical Report #36, "Bidirectional Text Spoofing" and "Invisible Characters").
//
// check_name() rejects names that a user enters, with a sentence about the character. visible_text() removes
// such characters from names that other systems have chosen, because nobody here can correct them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// The part of a User-Agent that is stored with a session, a connection or a device request.
inline constexpr std::size_t kMaxUserAgentBytes = 300;

// The first character of `text` (valid UTF-8) that names must not contain: control characters, line breaks,
// direction marks, invisible characters. Joiners and variation selectors are allowed only where scripts and
// emoji need them: between or after non-ASCII characters.
std::optional<char32_t> hidden_character(std::string_view text);

// Checks a name that a person has entered. `what` is the subject of the error message: "The label".
// Errors: kInvalidArgument  empty or blank, longer than `max_bytes`, not UTF-8, or with a hidden character
Result<void> check_name(std::string_view what, std::string_view name, std::size_t max_bytes);
// Checks a text that may be empty and may have several lines. Errors: as check_name()
Result<void> check_description(std::string_view what, std::string_view text, std::size_t max_bytes);

// `text` without hidden characters. Line breaks become spaces, and invalid UTF-8 is replaced. Empty if no
// visible character remains.
std::string visible_text(std::string_view text);

}  // namespace wick
