// Names and other lines that people read and trust: every character in them is to be seen, and stands where it is
// written. What is invisible, or turns the direction of writing, makes one name look like another
// (Unicode Technical Report #36, "Bidirectional Text Spoofing" and "Invisible Characters").
//
// Names that are given here are refused with a sentence about the character (check_name). Names that other systems
// have chosen lose such characters before they are kept (visible_text), because nobody here can correct them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

// As much of a client's User-Agent as is kept with a session, a connection or a device request.
inline constexpr std::size_t kMaxUserAgentBytes = 300;

// The first character of `text` (valid UTF-8) that does not belong into a name: controls, line breaks, what
// directs the writing, what is invisible. Joiners and variation selectors are only taken where scripts and emoji need
// them: between or after characters beyond ASCII.
std::optional<char32_t> hidden_character(std::string_view text);

// A name as a person gives it; `what` begins the sentence: "The label".
// Errors: kInvalidArgument  empty or blank, longer than `max_bytes`, not UTF-8, or with a hidden character
Result<void> check_name(std::string_view what, std::string_view name, std::size_t max_bytes);
// The same for a text that may be empty and have several lines.
Result<void> check_description(std::string_view what, std::string_view text, std::size_t max_bytes);

// `text` without hidden characters; a line break becomes a space. What is not UTF-8 is replaced. Empty when nothing
// of it can be seen.
std::string visible_text(std::string_view text);

}  // namespace wick
