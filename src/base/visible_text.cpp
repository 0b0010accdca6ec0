#include "base/visible_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"

namespace wick {
namespace {

struct CodePoints {
  char32_t first, last;
};

// Unicode 16: default-ignorable code points, format and control characters, line and paragraph separators, and
// letters without a glyph.
constexpr std::array kHidden = {
    CodePoints{0x00, 0x1F},       CodePoints{0x7F, 0x9F},       CodePoints{0xAD, 0xAD},
    CodePoints{0x34F, 0x34F},     CodePoints{0x600, 0x605},     CodePoints{0x61C, 0x61C},
    CodePoints{0x6DD, 0x6DD},     CodePoints{0x70F, 0x70F},     CodePoints{0x890, 0x891},
    CodePoints{0x8E2, 0x8E2},     CodePoints{0x115F, 0x1160},   CodePoints{0x17B4, 0x17B5},
    CodePoints{0x180B, 0x180F},   CodePoints{0x200B, 0x200F},   CodePoints{0x2028, 0x202E},
    CodePoints{0x2060, 0x206F},   CodePoints{0x2800, 0x2800},   CodePoints{0x3164, 0x3164},
    CodePoints{0xFE00, 0xFE0F},   CodePoints{0xFEFF, 0xFEFF},   CodePoints{0xFFA0, 0xFFA0},
    CodePoints{0xFFF0, 0xFFFB},   CodePoints{0x110BD, 0x110BD}, CodePoints{0x110CD, 0x110CD},
    CodePoints{0x13430, 0x1343F}, CodePoints{0x1BCA0, 0x1BCA3}, CodePoints{0x1D173, 0x1D17A},
    CodePoints{0xE0000, 0xE0FFF},
};
constexpr std::array kBlank = {
    CodePoints{0x20, 0x20},     CodePoints{0xA0, 0xA0},     CodePoints{0x1680, 0x1680},
    CodePoints{0x2000, 0x200A}, CodePoints{0x202F, 0x202F}, CodePoints{0x205F, 0x205F},
    CodePoints{0x3000, 0x3000},
};

constexpr char32_t kZeroWidthNonJoiner = 0x200C, kZeroWidthJoiner = 0x200D;
constexpr char32_t kTextStyle = 0xFE0E, kEmojiStyle = 0xFE0F, kKeycap = 0x20E3;

template <std::size_t size>
bool is_in(const std::array<CodePoints, size>& ranges, char32_t point) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), point,
                       [](char32_t one, const CodePoints& range) { return one < range.first; });
  return after != ranges.begin() && point <= std::prev(after)->last;
}

// Removes the first character of `text` (valid UTF-8) and returns it; 0 at the end.
char32_t take(std::string_view& text) {
  if (text.empty()) return 0;
  const std::size_t size = utf8_char_size(text);
  const auto first = static_cast<unsigned char>(text[0]);
  char32_t point = size == 1 ? first : first & (0x7F >> size);
  for (std::size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  text.remove_prefix(size);
  return point;
}

bool is_visible_beyond_ascii(char32_t point) {
  return point > 0x7F && !is_in(kHidden, point) && !is_in(kBlank, point);
}

bool is_hidden(char32_t before, char32_t point, char32_t after) {
  if (!is_in(kHidden, point)) return false;
  // A variation selector may follow an emoji before a joiner.
  const bool joins = is_visible_beyond_ascii(before) || before == kEmojiStyle;
  if (point == kZeroWidthJoiner || point == kZeroWidthNonJoiner)
    return !joins || !is_visible_beyond_ascii(after);
  if (point == kEmojiStyle || point == kTextStyle)
    return !is_visible_beyond_ascii(before) && after != kKeycap;
  return true;
}

// Calls `use` with each character and whether it is hidden, until `use` returns false.
template <class Use>
void for_each_character(std::string_view text, Use use) {
  char32_t before = 0;
  while (!text.empty()) {
    const std::string_view at = text;
    const char32_t point = take(text);
    std::string_view rest = text;
    const bool hidden = is_hidden(before, point, take(rest));
    if (!use(point, hidden, at.substr(0, at.size() - text.size()))) return;
    before = point;
  }
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    if (!is_in(kBlank, take(text))) return false;
  }
  return true;
}

std::unexpected<Error> hidden(std::string_view what, char32_t point) {
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "U+%04X", unsigned(point));
  return fail(
      ErrorCode::kInvalidArgument,
      std::string(what) + " holds " + number.data() +
          ", a character that is invisible or changes how the text around it is read: delete it, or type the "
          "text again.");
}

std::unexpected<Error> wrong_length(std::string_view what, const char* least, std::size_t max_bytes) {
  return fail(ErrorCode::kInvalidArgument,
              std::string(what) + " must be " + least + std::to_string(max_bytes) + " bytes of text.");
}

}  // namespace

std::optional<char32_t> hidden_character(std::string_view text) {
  std::optional<char32_t> found;
  for_each_character(text, [&](char32_t point, bool hidden, std::string_view) {
    if (hidden) found = point;
    return !hidden;
  });
  return found;
}

Result<void> check_name(std::string_view what, std::string_view name, std::size_t max_bytes) {
  if (trim(name).empty() || name.size() > max_bytes || !is_valid_utf8(name) || is_blank(name))
    return wrong_length(what, "1 to ", max_bytes);
  if (const auto point = hidden_character(name)) return hidden(what, *point);
  return {};
}

Result<void> check_description(std::string_view what, std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes || !is_valid_utf8(text)) return wrong_length(what, "at most ", max_bytes);
  for (const std::string_view line : split(text, '\n')) {
    for (const std::string_view part :
         split(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line, '\t')) {
      if (const auto point = hidden_character(part)) return hidden(what, *point);
    }
  }
  return {};
}

std::string visible_text(std::string_view text) {
  const std::string valid = replace_invalid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for_each_character(valid, [&](char32_t point, bool hidden, std::string_view bytes) {
    const bool breaks = point == '\n' || point == '\r' || point == '\t' || point == 0x2028 || point == 0x2029;
    if (breaks && !out.empty() && !out.ends_with(' ')) out += ' ';
    if (!hidden) out += bytes;
    return true;
  });
  return is_blank(out) ? std::string() : std::string(trim(out));
}

}  // namespace wick
