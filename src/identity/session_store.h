// The SQL of browser sessions: one function per statement, each inside the caller's transaction. The caller logs the
// change.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "db/database.h"
#include "identity/session_service.h"

namespace wick::session_store {

struct StoredSession {
  BrowserSession session;
  bool has_second_factor = false;  // of the session's user
};

Result<bool> exists(Transaction& tx, const SessionId& id);
// nullopt: there is no such session, or it has ended at `now`.
Result<std::optional<StoredSession>> find(Transaction& tx, const Sha256Digest& digest, Micros now);
// Lists the sessions of a user that have not ended; the latest use first.
Result<std::vector<BrowserSession>> list(Transaction& tx, const UserId& user, Micros now);
// The addresses of these sessions, at most `most`.
Result<std::vector<std::string>> addresses(Transaction& tx, const UserId& user, Micros now,
                                           std::int64_t most);
Result<void> insert(Transaction& tx, const BrowserSession& session, const Sha256Digest& digest);
Result<void> set_last_seen(Transaction& tx, const SessionId& id, Micros at);
// Both functions return the number of sessions removed: 0 or 1.
Result<std::int64_t> remove(Transaction& tx, const SessionId& id);
Result<std::int64_t> remove(Transaction& tx, const UserId& user, const SessionId& id);
// Removes the oldest sessions of a user beyond `kept` and returns their number. Index: sessions_user.
Result<std::int64_t> remove_oldest(Transaction& tx, const UserId& user, std::int64_t kept);
// Removes the sessions that have ended at `now`, in its own transactions.
Result<void> purge(Database& db, Micros now);

}  // namespace wick::session_store
