// The SQL of sign-in by an OpenID provider: the used states.
#pragma once

#include "crypto/digest.h"
#include "db/database.h"

namespace wick::oidc_store {

// Records that a state is used, inside the caller's transaction. Errors: kConflict  it was used before
Result<void> use_state(Transaction& tx, const Sha256Digest& digest, Micros expires_at);
// Removes the states that have expired at `now`, in its own transactions.
Result<void> purge(Database& db, Micros now);

}  // namespace wick::oidc_store
