// Text encodings and small string helpers. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wick {

std::string to_hex(std::span<const unsigned char> bytes);
// nullopt unless `text` is lower- or upper-case hex of even length.
std::optional<std::string> from_hex(std::string_view text);
// RFC 4648 §5 without padding.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);
// RFC 4648 §4 with padding.
std::string to_base64(std::string_view bytes);
// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3.
std::string percent_encode(std::string_view text);
// nullopt when a '%' is not followed by two hex digits. '+' stays '+', unless `form`.
std::optional<std::string> percent_decode(std::string_view text, bool form = false);

bool is_valid_utf8(std::string_view text);
// The size in bytes of the character at the beginning; 0 if it is ill-formed (RFC 3629 §4) or `text` is empty.
std::size_t utf8_char_size(std::string_view text);
// Replaces each ill-formed sequence by U+FFFD (Unicode Standard, "Substitution of Maximal Subparts").
std::string replace_invalid_utf8(std::string_view text);
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";
// The number of bytes at the beginning that one replacement character stands for, where utf8_char_size() is 0.
std::size_t ill_formed_size(std::string_view text);
// The beginning of `text`, at most `max_bytes`, without a partial character.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

// The text for a terminal: control characters, including C1 in UTF-8, become '?', so that no text controls the
// terminal.
std::string printable(std::string_view text);

std::string_view trim(std::string_view text);
std::string to_lower_ascii(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
void replace_all(std::string& text, std::string_view what, std::string_view with);
std::vector<std::string_view> split(std::string_view text, char separator);
// "Jira (EU)" -> "jira_eu": lower-case ASCII letters and digits, runs of anything else one '_'.
std::string slug(std::string_view text);

}  // namespace wick
