// CharSet: a set of characters with a lookup table. Searching a text costs one lookup per character, unlike
// std::string_view::find_first_of(), which compares with every character of the set. Declare sets constexpr.
// Values; thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace wick {

class CharSet {
 public:
  constexpr explicit CharSet(std::string_view chars) {
    for (const char c : chars) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
  // The first position at or after `from` that holds a character of the set; npos if there is none.
  std::size_t find_in(std::string_view text, std::size_t from = 0) const {
    if (from >= text.size()) return std::string_view::npos;
    const auto found =
        std::find_if(text.begin() + std::ptrdiff_t(from), text.end(), [this](char c) { return has(c); });
    return found == text.end() ? std::string_view::npos : std::size_t(found - text.begin());
  }

 private:
  std::array<bool, 256> has_{};
};

}  // namespace wick
