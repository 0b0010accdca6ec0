#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>

#include "base/result.h"

namespace wick {

Sha256Digest sha256(std::string_view bytes) {
  // Fetched once: an implicit fetch per call costs more than hashing 64 bytes.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  Sha256Digest digest;
  const bool ok = EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
                  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  WICK_ASSERT(ok);
  return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wick
