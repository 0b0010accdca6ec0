// Random bytes from the operating system (getrandom, through libsodium). Thread-safe.
#pragma once

#include <cstddef>
#include <string>

namespace wick {

std::string random_bytes(std::size_t count);
// 2 * `bytes` lower-case hex characters.
std::string random_hex(std::size_t bytes);

}  // namespace wick
