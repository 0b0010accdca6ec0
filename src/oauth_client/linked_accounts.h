// LinkedAccounts: what is kept for users at connected MCP servers, sealed, and what is on its way out.
//
// The database is the only place: nothing is held in memory, so what was disconnected, or whose connector or
// user was deleted, is gone for the next request of any node. A change names the version it saw, so that a
// refresh that ends late never overwrites what somebody connected meanwhile. Thread-safe; all of it blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/sealing.h"
#include "db/database.h"
#include "oauth_client/linked_account.h"
#include "oauth_client/linked_account_store.h"

namespace wick::upstream {

// How often a revocation is tried before it is given up, and the pause before each further attempt.
inline constexpr std::int64_t kMaxRevocationAttempts = 5;
inline constexpr Micros kRevocationPause = 600 * kMicrosPerSecond;

class LinkedAccounts {
 public:
  LinkedAccounts(Database& db, const SealingKey& key, const Clock& clock)
      : db_(db), key_(key), clock_(clock) {}

  // Nothing when the user has none there; without a grant when it has ended, or was sealed with another key.
  // Errors of all: those of Database
  Result<std::optional<LinkedAccount>> find(const ConnectorId& connector, const UserId& user);
  // Connects, in place of what was there.
  Result<void> put(const ConnectorId& connector, const UserId& user, const LinkedAccount& account);
  // Keeps the grant, its expiry and its scope. False: somebody changed the account since `account.version`.
  Result<bool> update(const ConnectorId& connector, const UserId& user, const LinkedAccount& account);
  // The server takes it no more: drops the credential. False: as update
  Result<bool> end(const ConnectorId& connector, const UserId& user, std::int64_t version);
  Result<void> note_refused(const ConnectorId& connector, const UserId& user, std::int64_t version);
  Result<void> note_wanted(const ConnectorId& connector, const UserId& user, std::int64_t version,
                           std::string_view scope);
  // False: there was none. An OAuth grant waits for its revocation from now on.
  Result<bool> remove(const ConnectorId& connector, const UserId& user);
  Result<std::int64_t> count(const ConnectorId& connector);

  struct Revocation {
    account_store::Revocation row;
    UpstreamGrant grant;
  };
  // The next grant whose end its server should hear of; `done` when it has, or when it was the last attempt.
  Result<std::optional<Revocation>> take_revocation();
  Result<void> done(const Revocation& revocation);

 private:
  Database& db_;
  const SealingKey& key_;
  const Clock& clock_;
};

}  // namespace wick::upstream
