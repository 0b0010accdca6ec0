// Password hashing: Argon2id (RFC 9106) by libsodium, with 19 MiB and 2 passes (OWASP's first choice). At most
// kMaxParallelHashes run at once, so that a flood of sign-ins cannot exhaust the memory. Thread-safe. Blocks
// for some tens of milliseconds: never call on an io thread.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace wick {

inline constexpr int kMaxParallelHashes = 4;

// A self-describing string ("$argon2id$…") for the database.
std::string hash_password(const Secret& password);
bool verify_password(const std::string& hash, const Secret& password);
// Takes as long as verify_password() and returns false. For unknown accounts, so that the response time does
// not reveal whether an account exists.
bool verify_no_password(const Secret& password);

}  // namespace wick
