// LinkedAccounts: the accounts of users at connected MCP servers, and the grants that wait for their revocation. Credentials
// are sealed.
//
// Nothing is cached in memory. So an account that was disconnected, or whose connector or user was deleted, is gone for the
// next request of any node. A change names the version that it read, so that a refresh that ends late never overwrites an
// account that was connected meanwhile. Thread-safe; all functions block.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/sealing.h"
#include "db/database.h"
#include "oauth_client/linked_account.h"
#include "oauth_client/linked_account_store.h"

namespace wick::upstream {

// The number of attempts of a revocation, and the pause between two of them.
inline constexpr std::int64_t kMaxRevocationAttempts = 5;
inline constexpr std::chrono::minutes kRevocationPause{10};

class LinkedAccounts {
 public:
  LinkedAccounts(Database& db, const SealingKey& key, const Clock& clock)
      : db_(db), key_(key), clock_(clock) {}

  // nullopt: the user has no account there. The account has no grant when that has ended, or was sealed with another key.
  // Errors of all functions: those of Database
  Result<std::optional<LinkedAccount>> find(const ConnectorId& connector, const UserId& user);
  // Stores the account in place of an earlier one.
  Result<void> put(const ConnectorId& connector, const UserId& user, const LinkedAccount& account);
  // Stores the grant, its expiry and its scope. False: the account has changed since `account.version`.
  Result<bool> update(const ConnectorId& connector, const UserId& user, const LinkedAccount& account);
  // Drops the credential, after the server has refused it for good. False: the account has changed since `version`.
  Result<bool> drop_grant(const ConnectorId& connector, const UserId& user, std::int64_t version);
  Result<void> record_refusal(const ConnectorId& connector, const UserId& user, std::int64_t version);
  Result<void> record_wanted_scope(const ConnectorId& connector, const UserId& user, std::int64_t version,
                                   std::string_view scope);
  // False: there is no account. An OAuth grant then waits for its revocation.
  Result<bool> remove(const ConnectorId& connector, const UserId& user);
  Result<std::int64_t> count(const ConnectorId& connector);

  struct Revocation {
    account_store::Revocation row;
    UpstreamGrant grant;
  };
  // The next grant to revoke. Call done() after the server has revoked it, or after the last attempt.
  Result<std::optional<Revocation>> take_revocation();
  Result<void> finish_revocation(const Revocation& revocation);

 private:
  Database& db_;
  const SealingKey& key_;
  const Clock& clock_;
};

}  // namespace wick::upstream
