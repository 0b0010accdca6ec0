// The SQL of authorization requests that wait for consent: one function per statement, inside the caller's transaction.
#pragma once

#include <optional>

#include "crypto/digest.h"
#include "db/database.h"
#include "oauth/authorization_service.h"

namespace wick::authorization_store {

Result<void> insert(Transaction& tx, const Sha256Digest& digest, const AuthorizationRequest& request,
                    const SessionId& session, const UserId& user, Micros expires_at);
// Removes the oldest requests of a session beyond `kept`.
Result<void> remove_oldest(Transaction& tx, const SessionId& session, std::int64_t kept);
// nullopt: this session and user have no such request, or it has expired at `now`.
Result<std::optional<AuthorizationRequest>> find(Transaction& tx, const Sha256Digest& digest,
                                                 const SessionId& session, const UserId& user, Micros now);
// Returns 1 for exactly one of several concurrent calls.
Result<std::int64_t> remove(Transaction& tx, const Sha256Digest& digest);
// Removes the requests that have expired at `now`, in its own transactions.
Result<void> purge(Database& db, Micros now);

}  // namespace wick::authorization_store
