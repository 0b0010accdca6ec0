// Sealed secrets: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per value.
//
// A sealed value is: version 1 | key id (4 bytes) | nonce (12) | ciphertext | tag (16). The additional data
// ties it to its place (row id and field), so that a value moved to another row does not open. Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace wick {

class SealingKey {
 public:
  // Reads 32 bytes as 64 hex characters from `file`; makes the file (mode 0600) when it does not exist.
  // Errors: kInvalidArgument  the file is not 64 hex characters, or readable by others
  //         kUnavailable      the file cannot be read or made
  static Result<SealingKey> load_or_create(const std::filesystem::path& file);
  // Errors: kInvalidArgument  not 64 hex characters
  static Result<SealingKey> from_hex_text(std::string_view hex);

  std::string seal(const Secret& plain, std::string_view place) const;
  // Errors: kInternal  another key, another place, or a changed value
  Result<Secret> open(std::string_view sealed, std::string_view place) const;

 private:
  explicit SealingKey(Secret key);
  Secret key_;
  std::string id_;  // the first 4 bytes of the key's SHA-256
};

}  // namespace wick
