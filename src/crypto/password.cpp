#include "crypto/password.h"

#include <sodium.h>

#include <semaphore>

#include "base/result.h"
#include "crypto/random.h"

namespace wick {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemoryBytes = 19 * 1024 * 1024;

std::counting_semaphore<kMaxParallelHashes> slots(kMaxParallelHashes);

struct Slot {
  Slot() { slots.acquire(); }
  ~Slot() { slots.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
};

}  // namespace

std::string hash_password(const Secret& password) {
  random_bytes(1);  // initialises libsodium
  const Slot slot;
  char out[crypto_pwhash_STRBYTES];
  const auto text = password.reveal();
  WICK_ASSERT(crypto_pwhash_str_alg(out, text.data(), text.size(), kPasses, kMemoryBytes,
                                    crypto_pwhash_ALG_ARGON2ID13) == 0);
  return out;
}

bool verify_password(const std::string& hash, const Secret& password) {
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  random_bytes(1);
  const Slot slot;
  const auto text = password.reveal();
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

bool verify_no_password(const Secret& password) {
  static const std::string decoy = hash_password(Secret(random_hex(16)));
  verify_password(decoy, password);
  return false;
}

}  // namespace wick
