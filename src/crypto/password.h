// Password hashing: Argon2id (RFC 9106) through libsodium, 19 MiB and 2 passes (OWASP's first choice), at
// most kMaxParallelHashes at once so that a flood of sign-ins cannot take the memory. Thread-safe; blocks the
// caller for some tens of milliseconds: never call on an io thread.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace wick {

inline constexpr int kMaxParallelHashes = 4;

// A self-describing string ("$argon2id$…") for the database.
std::string hash_password(const Secret& password);
bool verify_password(const std::string& hash, const Secret& password);
// As expensive as verify_password, always false: for unknown accounts, so that they answer in the same time.
bool verify_no_password(const Secret& password);

}  // namespace wick
