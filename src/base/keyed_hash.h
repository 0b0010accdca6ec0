// Hashes of texts that an attacker may choose. Without the key, nobody can construct collisions. The key is
// random for each process. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace wick {

// SipHash-1-3 with the random key of this process. Never store or send the result.
std::uint64_t keyed_hash(std::string_view text);
// SipHash-1-3 with the given key.
std::uint64_t sip_hash(std::string_view text, std::uint64_t first_key, std::uint64_t second_key);

}  // namespace wick
