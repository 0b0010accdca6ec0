// SHA-256 (FIPS 180-4) and comparison in constant time. Thread-safe.
#pragma once

#include <array>
#include <cstring>
#include <string_view>

namespace wick {

using Sha256Digest = std::array<unsigned char, 32>;

Sha256Digest sha256(std::string_view bytes);
// Whether the texts are equal. The time depends only on their sizes.
bool equal_constant_time(std::string_view a, std::string_view b);

inline std::string_view as_bytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace wick
