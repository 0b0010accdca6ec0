#include "oauth/grant_store.h"

#include "tokens/resource.h"

namespace wick::grant_store {
namespace {

constexpr const char* kSelect =
    "SELECT g.id, g.user_id, g.client_id, g.scope, g.oauth_scope, g.resource, g.refreshes, g.created_at, "
    "g.expires_at, g.last_used_at, g.last_ip, g.last_user_agent, g.revoked_at, g.revoked_by, "
    "g.revoked_reason "
    "FROM oauth_grants g JOIN users u ON u.id = g.user_id ";

std::optional<Micros> time(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

// Fails on a scope that cannot be read, because it must never become the full scope.
Result<Grant> read(const SqlRow& row) {
  auto scope = parse_scope_text(row.bytes(3));
  if (!scope) return fail(ErrorCode::kInternal, "The scope of the grant " + row.text(0) + " is damaged.");
  Grant grant;
  grant.id = TokenId::parse(row.bytes(0)).value_or(TokenId{});
  grant.user = UserId::parse(row.bytes(1)).value_or(UserId{});
  grant.client_id = row.text(2);
  grant.scope = std::move(*scope);
  grant.oauth_scope = row.text(4);
  grant.resource = row.text(5);
  grant.refreshes = row.integer(6) != 0;
  grant.created_at = row.integer(7);
  grant.expires_at = row.integer(8);
  grant.last_used_at = time(row, 9);
  grant.last_ip = row.text(10);
  grant.last_user_agent = row.text(11);
  grant.revoked_at = time(row, 12);
  grant.revoked_by = row.text(13);
  grant.revoked_reason = row.text(14);
  return grant;
}

Result<void> done(Result<std::int64_t> executed) {
  if (!executed) return fail(std::move(executed.error()));
  return {};
}

}  // namespace

Result<void> insert(Transaction& tx, const Grant& grant) {
  const std::string id = grant.id.str(), user = grant.user.str(), scope = scope_text(grant.scope);
  return done(tx.execute(
      "INSERT INTO oauth_grants (id, user_id, client_id, scope, oauth_scope, resource, refreshes, "
      "tokens_issued, "
      "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)",
      {std::string_view(id), std::string_view(user), std::string_view(grant.client_id),
       std::string_view(scope), std::string_view(grant.oauth_scope), std::string_view(grant.resource),
       std::int64_t(grant.refreshes), grant.created_at, grant.expires_at}));
}

namespace {

Result<std::optional<Grant>> one(Transaction& tx, std::string_view where, const TokenId& id) {
  Result<std::optional<Grant>> found = std::nullopt;
  auto read_one = [&](const SqlRow& row) {
    auto grant = read(row);
    if (grant) {
      found = std::move(*grant);
    } else {
      found = fail(std::move(grant.error()));
    }
  };
  WICK_CHECK(tx.for_each(std::string(kSelect) + std::string(where), {std::string_view(id.str())}, read_one));
  return found;
}

}  // namespace

Result<std::optional<Grant>> get(Transaction& tx, const TokenId& id) {
  return one(tx, "WHERE g.id = $1 AND u.status = 'active'", id);
}

Result<std::optional<Grant>> find(Transaction& tx, const TokenId& id) {
  return one(tx, "WHERE g.id = $1", id);
}

Result<std::map<std::string, std::int64_t>> count_by_client(Transaction& tx, Micros now) {
  std::map<std::string, std::int64_t> counts;
  WICK_CHECK(tx.for_each(
      "SELECT client_id, COUNT(*) FROM oauth_grants WHERE tokens_issued = 1 AND revoked_at IS NULL AND "
      "expires_at > $1 GROUP BY client_id",
      {now}, [&](const SqlRow& row) { counts[row.text(0)] = row.integer(1); }));
  return counts;
}

Result<std::vector<Grant>> list(Transaction& tx, std::string_view user, std::string_view client,
                                bool with_unused, Micros now) {
  std::vector<Grant> grants;
  auto asked = tx.for_each(std::string(kSelect) +
                               "WHERE ($1 = '' OR g.user_id = $1) AND ($2 = '' OR g.client_id = $2) AND "
                               "(g.tokens_issued = 1 OR $4 = 1) AND "
                               "g.revoked_at IS NULL AND g.expires_at > $3 ORDER BY g.id DESC",
                           {user, client, now, std::int64_t(with_unused)}, [&](const SqlRow& row) {
                             if (auto grant = read(row)) grants.push_back(std::move(*grant));
                           });
  WICK_CHECK(asked);
  return grants;
}

Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason) {
  return tx.execute(
      "UPDATE oauth_grants SET revoked_at = $2, revoked_by = $3, revoked_reason = $4 WHERE id = $1 AND "
      "revoked_at IS NULL",
      {std::string_view(id.str()), now, by, reason});
}

Result<void> set_tokens_issued(Transaction& tx, const TokenId& id) {
  return done(
      tx.execute("UPDATE oauth_grants SET tokens_issued = 1 WHERE id = $1", {std::string_view(id.str())}));
}

Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use) {
  return tx.execute(
      "UPDATE oauth_grants SET last_used_at = $2, last_ip = $3, last_user_agent = $4 WHERE id = $1 "
      "AND COALESCE(last_used_at, 0) <= $2",
      {std::string_view(use.id.str()), use.at, std::string_view(use.ip), std::string_view(use.user_agent)});
}

Result<void> insert_code(Transaction& tx, const Sha256Digest& digest, const Code& code) {
  return done(tx.execute(
      "INSERT INTO oauth_codes (digest, grant_id, redirect_uri, code_challenge, expires_at) VALUES ($1, $2, "
      "$3, $4, "
      "$5)",
      {BlobView{as_bytes(digest)}, std::string_view(code.grant.str()), std::string_view(code.redirect_uri),
       std::string_view(code.code_challenge), code.expires_at}));
}

Result<std::optional<Code>> get_code(Transaction& tx, const Sha256Digest& digest) {
  std::optional<Code> code;
  auto asked = tx.for_each(
      "SELECT grant_id, redirect_uri, code_challenge, expires_at, used_at FROM oauth_codes WHERE digest = $1",
      {BlobView{as_bytes(digest)}}, [&](const SqlRow& row) {
        code = Code{TokenId::parse(row.bytes(0)).value_or(TokenId{}), row.text(1), row.text(2),
                    row.integer(3), !row.is_null(4)};
      });
  WICK_CHECK(asked);
  return code;
}

Result<std::int64_t> take_code(Transaction& tx, const Sha256Digest& digest, Micros now) {
  return tx.execute(
      "UPDATE oauth_codes SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
      {BlobView{as_bytes(digest)}, now});
}

Result<void> insert_access(Transaction& tx, const Sha256Digest& digest, const TokenId& grant,
                           Micros expires_at) {
  return done(tx.execute("INSERT INTO oauth_access_tokens (digest, grant_id, expires_at) VALUES ($1, $2, $3)",
                         {BlobView{as_bytes(digest)}, std::string_view(grant.str()), expires_at}));
}

Result<std::optional<TokenId>> grant_of_access(Transaction& tx, const Sha256Digest& digest) {
  std::optional<TokenId> grant;
  WICK_CHECK(tx.for_each("SELECT grant_id FROM oauth_access_tokens WHERE digest = $1",
                         {BlobView{as_bytes(digest)}},
                         [&](const SqlRow& row) { grant = TokenId::parse(row.bytes(0)); }));
  return grant;
}

Result<std::int64_t> revoke_access(Transaction& tx, const Sha256Digest& digest, Micros now) {
  return tx.execute("UPDATE oauth_access_tokens SET revoked_at = $2 WHERE digest = $1 AND revoked_at IS NULL",
                    {BlobView{as_bytes(digest)}, now});
}

Result<void> insert_refresh(Transaction& tx, const Sha256Digest& digest, const RefreshToken& token) {
  return done(tx.execute(
      "INSERT INTO oauth_refresh_tokens (digest, grant_id, expires_at, user_agent) VALUES ($1, $2, $3, $4)",
      {BlobView{as_bytes(digest)}, std::string_view(token.grant.str()), token.expires_at,
       std::string_view(token.user_agent)}));
}

Result<std::optional<RefreshToken>> get_refresh(Transaction& tx, std::string_view digest) {
  std::optional<RefreshToken> token;
  auto asked = tx.for_each(
      "SELECT grant_id, expires_at, rotated_at, user_agent, successor, replay FROM oauth_refresh_tokens "
      "WHERE "
      "digest = $1",
      {BlobView{digest}}, [&](const SqlRow& row) {
        token = RefreshToken{TokenId::parse(row.bytes(0)).value_or(TokenId{}),
                             row.integer(1),
                             time(row, 2),
                             row.text(3),
                             row.text(4),
                             row.text(5)};
      });
  WICK_CHECK(asked);
  return token;
}

Result<std::int64_t> take_refresh(Transaction& tx, const Sha256Digest& digest, Micros now,
                                  const Sha256Digest& successor, std::string_view replay) {
  return tx.execute(
      "UPDATE oauth_refresh_tokens SET rotated_at = $2, successor = $3, replay = $4 WHERE digest = $1 AND "
      "rotated_at "
      "IS NULL",
      {BlobView{as_bytes(digest)}, now, BlobView{as_bytes(successor)}, BlobView{replay}});
}

Result<void> wipe_replay(Transaction& tx, const Sha256Digest& successor) {
  return done(tx.execute("UPDATE oauth_refresh_tokens SET replay = NULL WHERE successor = $1",
                         {BlobView{as_bytes(successor)}}));
}

Result<void> index_rows(Transaction& tx, std::string_view where, std::string_view parameter,
                        std::string_view resource, const IndexRow& row) {
  return tx.for_each(
      "SELECT a.digest, g.id, g.user_id, g.scope, a.expires_at, a.revoked_at, g.revoked_at, g.expires_at, "
      "g.resource, u.status FROM oauth_access_tokens a JOIN oauth_grants g ON g.id = a.grant_id JOIN users u "
      "ON "
      "u.id = g.user_id WHERE " +
          std::string(where),
      {parameter}, [&](const SqlRow& sql) {
        const auto id = TokenId::parse(sql.bytes(1));
        const auto user = UserId::parse(sql.bytes(2));
        auto scope = parse_scope_text(sql.bytes(3));
        Sha256Digest digest;
        if (sql.bytes(0).size() != digest.size()) return;
        std::memcpy(digest.data(), sql.bytes(0).data(), digest.size());
        const auto name = resource_name(resource, sql.bytes(8));
        bool alive =
            id && user && scope && sql.is_null(5) && sql.is_null(6) && name && sql.bytes(9) == "active";
        if (alive && !name->empty()) {
          // A grant for one connector was narrowed to that connector when it was approved.
          alive = *scope != nullptr && !(*scope)->all_connectors;
          if (alive) {
            auto limited = std::make_shared<Scope>(**scope);
            limited->resource = *name;
            *scope = std::move(limited);
          }
        }
        Credential credential;
        if (alive) {
          const Micros expires = std::min(sql.integer(4), sql.integer(7));
          credential = {*id,
                        *user,
                        CredentialKind::kOAuth,
                        ToolSurface::kAuto,
                        static_cast<std::uint32_t>(expires / kMicrosPerSecond),
                        std::move(*scope)};
        }
        row(digest, credential, alive);
      });
}

Result<bool> has_replays(Transaction& tx, Micros rotated_by) {
  bool found = false;
  WICK_CHECK(
      tx.for_each("SELECT 1 FROM oauth_refresh_tokens WHERE replay IS NOT NULL AND rotated_at <= $1 LIMIT 1",
                  {rotated_by}, [&](const SqlRow&) { found = true; }));
  return found;
}

Result<void> wipe_replays(Transaction& tx, Micros rotated_by) {
  return done(tx.execute(
      "UPDATE oauth_refresh_tokens SET replay = NULL WHERE replay IS NOT NULL AND rotated_at <= $1",
      {rotated_by}));
}

Result<void> purge(Database& db, Micros now) {
  const std::pair<const char*, Micros> statements[] = {
      {"DELETE FROM oauth_access_tokens WHERE digest IN (SELECT digest FROM oauth_access_tokens "
       "WHERE expires_at <= $1 LIMIT $2)",
       now},
      // Used codes stay as long as their tokens can be valid, so that a second use is detected.
      {"DELETE FROM oauth_codes WHERE digest IN (SELECT digest FROM oauth_codes WHERE expires_at <= $1 LIMIT "
       "$2)",
       now - to_micros(kAccessTokenAge)},
      {"DELETE FROM oauth_device_codes WHERE digest IN (SELECT digest FROM oauth_device_codes "
       "WHERE expires_at <= $1 LIMIT $2)",
       now - to_micros(kAccessTokenAge)},
      // Rotated tokens stay until they would have expired, so that their replay ends the family.
      {"DELETE FROM oauth_refresh_tokens WHERE digest IN (SELECT digest FROM oauth_refresh_tokens "
       "WHERE expires_at <= $1 LIMIT $2)",
       now},
      // Approved grants whose tokens were never requested.
      {"DELETE FROM oauth_grants WHERE id IN (SELECT id FROM oauth_grants WHERE tokens_issued = 0 "
       "AND created_at <= $1 AND NOT EXISTS (SELECT 1 FROM oauth_codes c WHERE c.grant_id = oauth_grants.id) "
       "AND NOT EXISTS (SELECT 1 FROM oauth_device_codes d WHERE d.grant_id = oauth_grants.id) LIMIT $2)",
       now - to_micros(kAccessTokenAge)}};
  for (const auto& [sql, at] : statements) {
    WICK_CHECK(delete_in_steps(db, sql, at));
  }
  return {};
}

Result<std::int64_t> count_living(Transaction& tx, const UserId& user, Micros now) {
  std::int64_t count = 0;
  // By oauth_grants_user.
  WICK_CHECK(tx.for_each(
      "SELECT COUNT(*) FROM oauth_grants WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2",
      {std::string_view(user.str()), now}, [&](const SqlRow& row) { count = row.integer(0); }));
  return count;
}

Result<void> forget_ended(Transaction& tx, const UserId& user, Micros now, std::int64_t kept) {
  // By oauth_grants_user. The tokens of a grant are removed first.
  return done(
      tx.execute("DELETE FROM oauth_grants WHERE id IN (SELECT id FROM oauth_grants WHERE user_id = $1 "
                 "AND (revoked_at IS NOT NULL OR expires_at <= $2) ORDER BY id DESC LIMIT 100 OFFSET $3) "
                 "AND NOT EXISTS (SELECT 1 FROM oauth_codes c WHERE c.grant_id = oauth_grants.id) "
                 "AND NOT EXISTS (SELECT 1 FROM oauth_device_codes d WHERE d.grant_id = oauth_grants.id) "
                 "AND NOT EXISTS (SELECT 1 FROM oauth_access_tokens a WHERE a.grant_id = oauth_grants.id) "
                 "AND NOT EXISTS (SELECT 1 FROM oauth_refresh_tokens r WHERE r.grant_id = oauth_grants.id)",
                 {std::string_view(user.str()), now, kept}));
}

Result<void> forget_rotated(Transaction& tx, const TokenId& grant, std::int64_t kept) {
  // By oauth_refresh_tokens_grant.
  return done(tx.execute(
      "DELETE FROM oauth_refresh_tokens WHERE digest IN (SELECT digest FROM oauth_refresh_tokens "
      "WHERE grant_id = $1 AND rotated_at IS NOT NULL ORDER BY rotated_at DESC LIMIT 100 OFFSET $2)",
      {std::string_view(grant.str()), kept}));
}

}  // namespace wick::grant_store
