// The SQL of sign-in by an OpenID provider: the states that were used.
#pragma once

#include "crypto/digest.h"
#include "db/database.h"

namespace wick::oidc_store {

// Inside the caller's transaction. Errors: kConflict  this state was used before
Result<void> use_state(Transaction& tx, const Sha256Digest& digest, Micros expires_at);
// Removes the states that have expired at `now`, in transactions of its own.
Result<void> purge(Database& db, Micros now);

}  // namespace wick::oidc_store
