#include "oauth/client_store.h"

#include "base/json.h"

namespace wick::client_store {
namespace {

constexpr const char* kSelect =
    "SELECT id, source, metadata, secret_digest, blocked, created_at, valid_until, introspects, ip FROM "
    "oauth_clients ";

Result<OAuthClient> read(const SqlRow& row, const RedirectSchemes& schemes) {
  OAuthClient client;
  client.id = row.text(0);
  client.source = row.bytes(1) == "admin"               ? ClientSource::kAdmin
                  : row.bytes(1) == "builtin"           ? ClientSource::kBuiltin
                  : row.bytes(1) == "metadata_document" ? ClientSource::kMetadataDocument
                                                        : ClientSource::kRegistered;
  auto value = parse_json(row.bytes(2));
  if (!value || !value->is_object())
    return fail(ErrorCode::kInternal, "The client " + client.id + " is damaged.");
  WICK_TRY(metadata, parse_kept_metadata(value->get_object(), schemes));
  client.metadata = std::move(metadata);
  client.confidential = !row.is_null(3);
  client.blocked = row.integer(4) != 0;
  client.created_at = row.integer(5);
  if (!row.is_null(6)) client.valid_until = row.integer(6);
  client.introspects = row.integer(7) != 0;
  client.registered_from = row.text(8);
  return client;
}

Result<std::vector<OAuthClient>> select(Transaction& tx, std::string_view where, SqlParams params,
                                        const RedirectSchemes& schemes) {
  std::vector<OAuthClient> clients;
  WICK_CHECK(tx.for_each(std::string(kSelect) + std::string(where), params, [&](const SqlRow& row) {
    if (auto client = read(row, schemes)) clients.push_back(std::move(*client));
  }));
  return clients;
}

Result<std::optional<OAuthClient>> select_one(Transaction& tx, std::string_view where, SqlParam param,
                                              const RedirectSchemes& schemes) {
  WICK_TRY(clients, select(tx, where, SqlParams(&param, 1), schemes));
  if (clients.empty()) return std::nullopt;
  return std::move(clients.front());
}

}  // namespace

Sha256Digest metadata_digest(const ClientMetadata& metadata) {
  return sha256(to_json(client_metadata_json(metadata)));
}

Result<void> put(Transaction& tx, const OAuthClient& client, std::string_view ip,
                 std::string_view secret_digest) {
  const std::string metadata = to_json(client_metadata_json(client.metadata));
  const auto digest = sha256(metadata);
  const SqlParam until = client.valid_until ? SqlParam(*client.valid_until) : SqlParam(nullptr);
  const SqlParam secret = secret_digest.empty() ? SqlParam(nullptr) : SqlParam(BlobView{secret_digest});
  WICK_CHECK(tx.execute(
      "INSERT INTO oauth_clients (id, source, metadata, metadata_digest, blocked, created_at, valid_until, "
      "ip, secret_digest, introspects) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9) "
      "ON CONFLICT (id) DO UPDATE SET metadata = $3, metadata_digest = $4, valid_until = $6",
      {std::string_view(client.id), std::string_view(source_name(client.source)), std::string_view(metadata),
       BlobView{as_bytes(digest)}, client.created_at, until, ip, secret, std::int64_t(client.introspects)}));
  return {};
}

Result<std::optional<OAuthClient>> find(Transaction& tx, std::string_view id,
                                        const RedirectSchemes& schemes) {
  return select_one(tx, "WHERE id = $1", id, schemes);
}

Result<std::optional<OAuthClient>> find_registered(Transaction& tx, const Sha256Digest& metadata_digest,
                                                   const RedirectSchemes& schemes) {
  return select_one(tx, "WHERE metadata_digest = $1 AND source = 'registered'",
                    BlobView{as_bytes(metadata_digest)}, schemes);
}

Result<std::vector<OAuthClient>> list(Transaction& tx, const RedirectSchemes& schemes) {
  return select(tx, "ORDER BY created_at DESC", {}, schemes);
}

Result<std::int64_t> count_registered(Transaction& tx) {
  std::int64_t count = 0;
  WICK_CHECK(tx.for_each("SELECT COUNT(*) FROM oauth_clients WHERE source = 'registered'", {},
                         [&](const SqlRow& row) { count = row.integer(0); }));
  return count;
}

Result<std::int64_t> remove_oldest_unused(Transaction& tx) {
  return tx.execute(
      "DELETE FROM oauth_clients WHERE id = (SELECT c.id FROM oauth_clients c WHERE c.source = 'registered' "
      "AND c.blocked = 0 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = c.id) ORDER BY "
      "c.created_at, c.id LIMIT 1)",
      {});
}

Result<std::string> secret_digest(Transaction& tx, std::string_view id) {
  std::string digest;
  WICK_CHECK(tx.for_each("SELECT secret_digest FROM oauth_clients WHERE id = $1", {id},
                         [&](const SqlRow& row) { digest = row.is_null(0) ? "" : row.text(0); }));
  return digest;
}

Result<void> set_secret(Transaction& tx, std::string_view id, const Sha256Digest& digest) {
  WICK_CHECK(tx.execute("UPDATE oauth_clients SET secret_digest = $2 WHERE id = $1",
                        {id, BlobView{as_bytes(digest)}}));
  return {};
}

Result<void> set_blocked(Transaction& tx, std::string_view id, bool blocked) {
  WICK_CHECK(tx.execute("UPDATE oauth_clients SET blocked = $2 WHERE id = $1", {id, std::int64_t(blocked)}));
  return {};
}

Result<void> remove(Transaction& tx, std::string_view id) {
  WICK_CHECK(tx.execute("DELETE FROM oauth_clients WHERE id = $1", {id}));
  return {};
}

Result<void> remove_unused(Transaction& tx, Micros made_by, Micros ended_by) {
  WICK_CHECK(tx.execute(
      "DELETE FROM oauth_clients WHERE source IN ('registered', 'metadata_document') AND blocked = 0 AND "
      "created_at <= $1 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = oauth_clients.id "
      "AND COALESCE(g.revoked_at, g.expires_at) > $2)",
      {made_by, ended_by}));
  return {};
}

}  // namespace wick::client_store
