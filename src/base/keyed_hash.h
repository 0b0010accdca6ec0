// Hashes of texts that a stranger chooses: without the key nobody can make texts that collide. Pure functions
// but for the key, which is drawn once for each process. Thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace wick {

// SipHash-1-3 under a random key of this process: not to be stored, nor to be sent.
std::uint64_t keyed_hash(std::string_view text);
// The same under a given key.
std::uint64_t sip_hash(std::string_view text, std::uint64_t first_key, std::uint64_t second_key);

}  // namespace wick
