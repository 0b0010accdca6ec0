// The SQL of accounts at connected MCP servers: each function inside the caller's transaction. The caller seals the credentials
// (linked_accounts.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "db/database.h"

namespace wick::upstream::account_store {

struct Row {
  std::string connector, user, kind;  // kind: oauth, key
  std::int64_t version = 0;
  std::string requested_scope, granted_scope, wanted_scope, issuer;
  bool refused = false;
  Micros connected_at = 0, expires_at = 0;
  std::optional<std::string> credential;
};

Result<std::optional<Row>> find(Transaction& tx, std::string_view connector, std::string_view user);
// Replaces the row of the user. The new version is one that no earlier row of the user had.
Result<void> put(Transaction& tx, const Row& row);
// Sets credential, expiry and granted scope of the row if it still has this version; returns the number of rows.
Result<std::int64_t> update(Transaction& tx, const Row& row);
Result<std::int64_t> end(Transaction& tx, std::string_view connector, std::string_view user,
                         std::int64_t version);
Result<void> record_refusal(Transaction& tx, std::string_view connector, std::string_view user,
                            std::int64_t version);
Result<void> record_wanted_scope(Transaction& tx, std::string_view connector, std::string_view user,
                                 std::int64_t version, std::string_view scope);
// Puts an OAuth grant into the table of revocations before it removes the row.
Result<std::int64_t> remove(Transaction& tx, std::string_view connector, std::string_view user);
// The number of users who can use the connector with their own account.
Result<std::int64_t> count(Transaction& tx, std::string_view connector);

// A grant that waits for its revocation.
struct Revocation {
  std::string connector, user, credential;
  Micros connected_at = 0;
  std::int64_t attempts = 0;
};
Result<bool> has_revocation(Transaction& tx, Micros now);
// The next one that is due. It is not returned again before `again_at`.
Result<std::optional<Revocation>> take_revocation(Transaction& tx, Micros now, Micros again_at);
Result<void> remove_revocation(Transaction& tx, const Revocation& revocation);

// The client that Wick has registered at an authorization server (RFC 7591).
struct ClientRow {
  std::string issuer, redirect_uri, identity;  // identity: sealed
  Micros expires_at = 0;                       // 0: never
};
Result<std::optional<ClientRow>> find_client(Transaction& tx, std::string_view connector,
                                             std::string_view issuer);
Result<void> put_client(Transaction& tx, std::string_view connector, const ClientRow& row);
Result<void> remove_client(Transaction& tx, std::string_view connector, std::string_view issuer);
// The issuer that the client with this digest belongs to. The first call for a digest stores `issuer`.
Result<std::string> pinned_issuer(Transaction& tx, std::string_view connector, std::string_view digest,
                                  std::string_view issuer);

// An authorization that a browser has started.
struct PendingRow {
  std::string digest, session, user, connector, request;  // digest: of the state; request: sealed
  Micros expires_at = 0;
};
// Removes the oldest rows of the session above `most`.
Result<void> put_pending(Transaction& tx, const PendingRow& row, std::int64_t most);
Result<std::optional<PendingRow>> find_pending(Transaction& tx, std::string_view digest);
Result<std::int64_t> remove_pending(Transaction& tx, std::string_view digest);
Result<void> purge_pending(Database& db, Micros now);

}  // namespace wick::upstream::account_store
