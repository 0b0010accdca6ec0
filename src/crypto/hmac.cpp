#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/result.h"

namespace wick {

Sha1Digest hmac_sha1(std::string_view key, std::string_view message) {
  Sha1Digest digest;
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha1(), key.data(), int(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
           message.size(), digest.data(), &size);
  WICK_ASSERT(done != nullptr && size == digest.size());
  return digest;
}

}  // namespace wick
