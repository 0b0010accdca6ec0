// Sealed secrets: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce for each value.
//
// Format of a sealed value: version 1 | key id (4 bytes) | nonce (12) | ciphertext | tag (16). The additional
// data is the place of the value (row id and field), so a value that was moved to another row cannot be opened.
// Thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace wick {

class SealingKey {
 public:
  // Reads the key (64 hex characters) from `file`, or creates the file (mode 0600) with a new key.
  // Errors: kInvalidArgument  the file is not 64 hex characters, or other users can read it
  //         kUnavailable      the file cannot be read or created
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
