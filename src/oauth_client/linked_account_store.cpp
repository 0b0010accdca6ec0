#include "oauth_client/linked_account_store.h"

namespace wick::upstream::account_store {
namespace {

Result<void> only_done(Result<std::int64_t> done) {
  WICK_CHECK(done);
  return {};
}

SqlParam blob_or_null(const std::optional<std::string>& bytes) {
  if (!bytes) return nullptr;
  return BlobView{*bytes};
}

}  // namespace

Result<std::optional<Row>> find(Transaction& tx, std::string_view connector, std::string_view user) {
  std::optional<Row> found;
  // By the primary key.
  auto done = tx.for_each(
      "SELECT connector_id, user_id, kind, version, requested_scope, granted_scope, wanted_scope, issuer, "
      "refused, connected_at, expires_at, credential FROM upstream_accounts "
      "WHERE connector_id = $1 AND user_id = $2",
      {connector, user}, [&](const SqlRow& row) {
        Row& out = found.emplace();
        out.connector = row.text(0);
        out.user = row.text(1);
        out.kind = row.text(2);
        out.version = row.integer(3);
        out.requested_scope = row.text(4);
        out.granted_scope = row.text(5);
        out.wanted_scope = row.text(6);
        out.issuer = row.text(7);
        out.refused = row.integer(8) != 0;
        out.connected_at = row.integer(9);
        out.expires_at = row.integer(10);
        if (!row.is_null(11)) out.credential = row.text(11);
      });
  WICK_CHECK(done);
  return found;
}

Result<void> put(Transaction& tx, const Row& row) {
  // A version is a time: so no row after a removed one has a version that a call in progress still knows.
  return only_done(tx.execute(
      "INSERT INTO upstream_accounts (connector_id, user_id, kind, version, requested_scope, granted_scope, "
      "wanted_scope, issuer, refused, connected_at, expires_at, credential) "
      "VALUES ($1, $2, $3, $4, $5, $6, '', $7, 0, $8, $9, $10) "
      "ON CONFLICT (connector_id, user_id) DO UPDATE SET kind = excluded.kind, "
      "version = CASE WHEN upstream_accounts.version < excluded.version THEN excluded.version "
      "ELSE upstream_accounts.version + 1 END, "
      "requested_scope = excluded.requested_scope, granted_scope = excluded.granted_scope, wanted_scope = "
      "'', "
      "issuer = excluded.issuer, refused = 0, connected_at = excluded.connected_at, "
      "expires_at = excluded.expires_at, credential = excluded.credential",
      {std::string_view(row.connector), std::string_view(row.user), std::string_view(row.kind), row.version,
       std::string_view(row.requested_scope), std::string_view(row.granted_scope),
       std::string_view(row.issuer), row.connected_at, row.expires_at, blob_or_null(row.credential)}));
}

Result<std::int64_t> update(Transaction& tx, const Row& row) {
  return tx.execute(
      "UPDATE upstream_accounts SET version = version + 1, credential = $4, expires_at = $5, "
      "granted_scope = $6, refused = 0 WHERE connector_id = $1 AND user_id = $2 AND version = $3",
      {std::string_view(row.connector), std::string_view(row.user), row.version, blob_or_null(row.credential),
       row.expires_at, std::string_view(row.granted_scope)});
}

Result<std::int64_t> end(Transaction& tx, std::string_view connector, std::string_view user,
                         std::int64_t version) {
  return tx.execute(
      "UPDATE upstream_accounts SET version = version + 1, credential = NULL, refused = 1 "
      "WHERE connector_id = $1 AND user_id = $2 AND version = $3",
      {connector, user, version});
}

Result<void> record_refusal(Transaction& tx, std::string_view connector, std::string_view user,
                            std::int64_t version) {
  return only_done(
      tx.execute("UPDATE upstream_accounts SET refused = 1 WHERE connector_id = $1 AND user_id = $2 AND "
                 "version = $3",
                 {connector, user, version}));
}

Result<void> record_wanted_scope(Transaction& tx, std::string_view connector, std::string_view user,
                                 std::int64_t version, std::string_view scope) {
  return only_done(
      tx.execute("UPDATE upstream_accounts SET wanted_scope = $4 WHERE connector_id = $1 AND user_id = $2 "
                 "AND version = $3",
                 {connector, user, version, scope}));
}

Result<std::int64_t> remove(Transaction& tx, std::string_view connector, std::string_view user) {
  auto noted = tx.execute(
      "INSERT INTO upstream_revocations (connector_id, user_id, connected_at, credential, attempts, due_at) "
      "SELECT connector_id, user_id, connected_at, credential, 0, 0 FROM upstream_accounts "
      "WHERE connector_id = $1 AND user_id = $2 AND kind = 'oauth' AND credential IS NOT NULL "
      "ON CONFLICT DO NOTHING",
      {connector, user});
  if (!noted) return noted;
  return tx.execute("DELETE FROM upstream_accounts WHERE connector_id = $1 AND user_id = $2",
                    {connector, user});
}

Result<std::int64_t> count(Transaction& tx, std::string_view connector) {
  std::int64_t users = 0;
  // By the primary key's first column.
  WICK_CHECK(
      tx.for_each("SELECT COUNT(*) FROM upstream_accounts WHERE connector_id = $1 AND credential IS NOT NULL",
                  {connector}, [&](const SqlRow& row) { users = row.integer(0); }));
  return users;
}

Result<bool> has_revocation(Transaction& tx, Micros now) {
  bool any = false;
  // By upstream_revocations_due.
  WICK_CHECK(tx.for_each("SELECT 1 FROM upstream_revocations WHERE due_at <= $1 LIMIT 1", {now},
                         [&](const SqlRow&) { any = true; }));
  return any;
}

Result<std::optional<Revocation>> take_revocation(Transaction& tx, Micros now, Micros again_at) {
  std::optional<Revocation> found;
  // By upstream_revocations_due.
  auto done = tx.for_each(
      "SELECT connector_id, user_id, connected_at, credential, attempts FROM upstream_revocations "
      "WHERE due_at <= $1 ORDER BY due_at LIMIT 1",
      {now}, [&](const SqlRow& row) {
        found = Revocation{row.text(0), row.text(1), row.text(3), row.integer(2), row.integer(4)};
      });
  WICK_CHECK(done);
  if (!found) return found;
  ++found->attempts;
  WICK_CHECK(
      tx.execute("UPDATE upstream_revocations SET attempts = $4, due_at = $5 "
                 "WHERE connector_id = $1 AND user_id = $2 AND connected_at = $3",
                 {std::string_view(found->connector), std::string_view(found->user), found->connected_at,
                  found->attempts, again_at}));
  return found;
}

Result<void> remove_revocation(Transaction& tx, const Revocation& revocation) {
  return only_done(tx.execute(
      "DELETE FROM upstream_revocations WHERE connector_id = $1 AND user_id = $2 AND connected_at = $3",
      {std::string_view(revocation.connector), std::string_view(revocation.user), revocation.connected_at}));
}

Result<std::optional<ClientRow>> find_client(Transaction& tx, std::string_view connector,
                                             std::string_view issuer) {
  std::optional<ClientRow> found;
  auto done = tx.for_each(
      "SELECT issuer, redirect_uri, identity, expires_at FROM upstream_clients "
      "WHERE connector_id = $1 AND issuer = $2",
      {connector, issuer}, [&](const SqlRow& row) {
        found = ClientRow{row.text(0), row.text(1), row.text(2), row.integer(3)};
      });
  WICK_CHECK(done);
  return found;
}

Result<void> put_client(Transaction& tx, std::string_view connector, const ClientRow& row) {
  return only_done(tx.execute(
      "INSERT INTO upstream_clients (connector_id, issuer, redirect_uri, identity, expires_at) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (connector_id, issuer) DO UPDATE SET "
      "redirect_uri = excluded.redirect_uri, identity = excluded.identity, expires_at = excluded.expires_at",
      {connector, std::string_view(row.issuer), std::string_view(row.redirect_uri), BlobView{row.identity},
       row.expires_at}));
}

Result<void> remove_client(Transaction& tx, std::string_view connector, std::string_view issuer) {
  return only_done(tx.execute("DELETE FROM upstream_clients WHERE connector_id = $1 AND issuer = $2",
                              {connector, issuer}));
}

Result<std::string> pinned_issuer(Transaction& tx, std::string_view connector, std::string_view digest,
                                  std::string_view issuer) {
  WICK_CHECK(
      tx.execute("INSERT INTO upstream_issuers (connector_id, client_digest, issuer) VALUES ($1, $2, $3) "
                 "ON CONFLICT (connector_id) DO UPDATE SET client_digest = excluded.client_digest, "
                 "issuer = excluded.issuer WHERE upstream_issuers.client_digest <> excluded.client_digest",
                 {connector, BlobView{digest}, issuer}));
  std::string pinned;
  WICK_CHECK(tx.for_each("SELECT issuer FROM upstream_issuers WHERE connector_id = $1", {connector},
                         [&](const SqlRow& row) { pinned = row.text(0); }));
  return pinned;
}

Result<void> put_pending(Transaction& tx, const PendingRow& row, std::int64_t most) {
  WICK_CHECK(tx.execute(
      "INSERT INTO upstream_authorizations (digest, session_id, user_id, connector_id, request, expires_at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {BlobView{row.digest}, std::string_view(row.session), std::string_view(row.user),
       std::string_view(row.connector), BlobView{row.request}, row.expires_at}));
  // By upstream_authorizations_session.
  return only_done(tx.execute(
      "DELETE FROM upstream_authorizations WHERE session_id = $1 AND digest NOT IN (SELECT digest FROM "
      "upstream_authorizations WHERE session_id = $1 ORDER BY expires_at DESC LIMIT $2)",
      {std::string_view(row.session), most}));
}

Result<std::optional<PendingRow>> find_pending(Transaction& tx, std::string_view digest) {
  std::optional<PendingRow> found;
  auto done = tx.for_each(
      "SELECT digest, session_id, user_id, connector_id, request, expires_at FROM upstream_authorizations "
      "WHERE digest = $1",
      {BlobView{digest}}, [&](const SqlRow& row) {
        found = PendingRow{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
      });
  WICK_CHECK(done);
  return found;
}

Result<std::int64_t> remove_pending(Transaction& tx, std::string_view digest) {
  return tx.execute("DELETE FROM upstream_authorizations WHERE digest = $1", {BlobView{digest}});
}

Result<void> purge_pending(Database& db, Micros now) {
  return delete_in_steps(db,
                         "DELETE FROM upstream_authorizations WHERE digest IN (SELECT digest FROM "
                         "upstream_authorizations WHERE expires_at <= $1 LIMIT $2)",
                         now);
}

}  // namespace wick::upstream::account_store
