#include "crypto/random.h"

#include <sodium.h>

#include "base/result.h"
#include "base/text.h"

namespace wick {

std::string random_bytes(std::size_t count) {
  static const int initialised = sodium_init();
  WICK_ASSERT(initialised >= 0);
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_hex(std::size_t bytes) {
  const std::string raw = random_bytes(bytes);
  return to_hex({reinterpret_cast<const unsigned char*>(raw.data()), raw.size()});
}

}  // namespace wick
