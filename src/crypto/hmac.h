// HMAC-SHA-1 (RFC 2104, FIPS 198-1). Only for one-time codes (RFC 4226). Thread-safe.
#pragma once

#include <array>
#include <string_view>

namespace wick {

using Sha1Digest = std::array<unsigned char, 20>;

Sha1Digest hmac_sha1(std::string_view key, std::string_view message);

}  // namespace wick
