// Texts that are written with escapes: read back, with where in the original each part came from. Pure
// functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wick {

enum class TextCoding {
  kPercent,    // RFC 3986 §2.1: %41
  kForm,       // the same with + for a space (application/x-www-form-urlencoded)
  kBackslash,  // RFC 8259 §7: \n \/ \u0041, and \x41 \' of other languages
  kEntity,     // HTML: &amp; &#65; &#x41;
};

struct TextSpan {
  std::size_t begin = 0, end = 0;
};

// The decoded text; nullopt when nothing in it is encoded. What is no valid escape stays as it is.
std::optional<std::string> decode_text(TextCoding coding, std::string_view text);
// Where spans of the decoded text are in `text`. They are in order and do not overlap.
void map_to_encoded(TextCoding coding, std::string_view text, std::vector<TextSpan>& spans);

}  // namespace wick
