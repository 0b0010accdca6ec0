// Decoding of texts with escapes, and mapping of positions back to the encoded text. Pure functions.
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

// The decoded text; nullopt if nothing is encoded. Invalid escapes stay unchanged.
std::optional<std::string> decode_text(TextCoding coding, std::string_view text);
// Maps spans of the decoded text to spans of `text`. Spans are sorted and do not overlap.
void map_to_encoded(TextCoding coding, std::string_view text, std::vector<TextSpan>& spans);

}  // namespace wick
