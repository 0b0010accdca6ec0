#include "tokens/token_store.h"

#include "db/search_index.h"

namespace wick {

void show_use(Token& token, const LastUse& use) {
  if (token.last_used_at.value_or(0) > use.at) return;
  token.last_used_at = use.at;
  token.last_ip = use.ip;
  token.last_user_agent = use.user_agent;
}

}  // namespace wick

namespace wick::token_store {
namespace {

constexpr const char* kColumns =
    "SELECT id, user_id, name, last4, tools, created_at, expires_at, last_used_at, last_ip, last_user_agent, "
    "revoked_at, revoked_by, revoked_reason, scope, description FROM tokens ";

std::optional<Micros> time(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

constexpr const char* kIndexColumns =
    "SELECT t.digest, t.id, t.user_id, t.tools, t.expires_at, t.revoked_at, u.status, t.scope "
    "FROM tokens t JOIN users u ON u.id = t.user_id ";

std::function<void(const SqlRow&)> reading_index(const IndexRow& row) {
  return [&row](const SqlRow& sql) {
    const auto bytes = sql.bytes(0);
    const auto id = TokenId::parse(sql.bytes(1));
    const auto user = UserId::parse(sql.bytes(2));
    const auto tools = parse_tools(sql.bytes(3));
    Sha256Digest digest;
    if (bytes.size() != digest.size()) return;
    std::memcpy(digest.data(), bytes.data(), digest.size());
    auto scope = parse_scope_text(sql.bytes(7));
    const bool sound = id && user && tools && scope;
    Credential credential;
    if (sound) {
      // Rounded up, so that the expiry in memory differs from the stored expiry by less than a second.
      const auto expires = sql.is_null(4) ? 0 : (sql.integer(4) + kMicrosPerSecond - 1) / kMicrosPerSecond;
      credential = {
          *id, *user, CredentialKind::kPat, *tools, static_cast<std::uint32_t>(expires), std::move(*scope)};
    }
    row(digest, credential, sound && sql.is_null(5) && sql.bytes(6) == "active");
  };
}

}  // namespace

Token read(const SqlRow& row, int first) {
  Token token;
  token.id = TokenId::parse(row.bytes(first)).value_or(TokenId{});
  token.owner = UserId::parse(row.bytes(first + 1)).value_or(UserId{});
  token.name = row.text(first + 2);
  token.last4 = row.text(first + 3);
  token.tools = parse_tools(row.bytes(first + 4)).value_or(ToolSurface::kAuto);
  token.created_at = row.integer(first + 5);
  token.expires_at = time(row, first + 6);
  token.last_used_at = time(row, first + 7);
  token.last_ip = row.text(first + 8);
  token.last_user_agent = row.text(first + 9);
  token.revoked_at = time(row, first + 10);
  token.revoked_by = row.text(first + 11);
  token.revoked_reason = row.text(first + 12);
  token.scope = parse_scope_text(row.bytes(first + 13)).value_or(ScopePtr());
  token.description = row.text(first + 14);
  return token;
}

Result<void> insert(Transaction& tx, const Token& token, const Sha256Digest& digest) {
  const std::string id = token.id.str();
  const std::string owner = token.owner.str();
  const std::string scope = scope_text(token.scope);
  const SqlParam expires = token.expires_at ? SqlParam(*token.expires_at) : SqlParam(nullptr);
  std::int64_t number = 0;
  auto done = tx.for_each(
      "INSERT INTO tokens (id, user_id, digest, last4, name, tools, created_at, expires_at, scope, "
      "description) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING number",
      {std::string_view(id), std::string_view(owner), BlobView{as_bytes(digest)},
       std::string_view(token.last4), std::string_view(token.name), std::string_view(tools_name(token.tools)),
       token.created_at, expires, std::string_view(scope), std::string_view(token.description)},
      [&](const SqlRow& row) { number = row.integer(0); });
  if (!done) return done;
  return search_index::put(tx, search_index::Table::kTokens, number,
                           search_index::joined({token.name, token.last4}));
}

Result<Token> get(Transaction& tx, const TokenId& id) {
  std::optional<Token> token;
  WICK_CHECK(tx.for_each(std::string(kColumns) + "WHERE id = $1", {std::string_view(id.str())},
                         [&](const SqlRow& row) { token = read(row); }));
  if (!token) return fail(ErrorCode::kNotFound, "There is no token with this id.");
  return std::move(*token);
}

Result<std::vector<Token>> list(Transaction& tx, const UserId& owner, bool active_only, Micros now) {
  const std::string id = owner.str();
  std::string where;
  std::vector<SqlParam> params;
  const auto add = [&](const char* condition, SqlParam param) {
    params.push_back(param);
    where += where.empty() ? "WHERE " : " AND ";
    where += condition + std::to_string(params.size());
  };
  if (!owner.empty()) add("user_id = $", std::string_view(id));
  if (active_only) add("revoked_at IS NULL AND COALESCE(expires_at, 9223372036854775807) > $", now);
  std::vector<Token> tokens;
  WICK_CHECK(tx.for_each(std::string(kColumns) + where + " ORDER BY id DESC", SqlParams(params),
                         [&](const SqlRow& row) { tokens.push_back(read(row)); }));
  return tokens;
}

Result<bool> is_active_user(Transaction& tx, const UserId& user) {
  bool active = false;
  WICK_CHECK(tx.for_each("SELECT status FROM users WHERE id = $1", {std::string_view(user.str())},
                         [&](const SqlRow& row) { active = row.bytes(0) == "active"; }));
  return active;
}

Result<std::int64_t> count_active(Transaction& tx, const UserId& owner, Micros now) {
  std::int64_t count = 0;
  WICK_CHECK(tx.for_each(
      "SELECT COUNT(*) FROM tokens WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR "
      "expires_at > $2)",
      {std::string_view(owner.str()), now}, [&](const SqlRow& row) { count = row.integer(0); }));
  return count;
}

Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason) {
  return tx.execute(
      "UPDATE tokens SET revoked_at = $2, revoked_by = $3, revoked_reason = $4, ended = 1 WHERE id = $1 AND "
      "revoked_at "
      "IS NULL",
      {std::string_view(id.str()), now, by, reason});
}

Result<void> forget_ended(Transaction& tx, const UserId& owner, Micros now, std::int64_t kept) {
  std::vector<std::pair<std::int64_t, std::string>> old;
  WICK_CHECK(
      tx.for_each("SELECT number, name, last4 FROM tokens WHERE user_id = $1 AND (revoked_at IS NOT NULL "
                  "OR expires_at <= $2) ORDER BY number DESC LIMIT 100 OFFSET $3",
                  {std::string_view(owner.str()), now, kept}, [&](const SqlRow& row) {
                    old.emplace_back(row.integer(0), search_index::joined({row.bytes(1), row.bytes(2)}));
                  }));
  for (const auto& [number, text] : old) {
    WICK_CHECK(search_index::remove(tx, search_index::Table::kTokens, number, text));
    WICK_CHECK(tx.execute("DELETE FROM tokens WHERE number = $1", {number}));
  }
  return {};
}

Result<std::int64_t> set_expiry(Transaction& tx, const TokenId& id, Micros expires_at) {
  return tx.execute(
      "UPDATE tokens SET expires_at = $2 WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)",
      {std::string_view(id.str()), expires_at});
}

Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use) {
  return tx.execute(
      "UPDATE tokens SET last_used_at = $2, last_ip = $3, last_user_agent = $4 WHERE id = $1 "
      "AND COALESCE(last_used_at, 0) <= $2",
      {std::string_view(use.id.str()), use.at, std::string_view(use.ip), std::string_view(use.user_agent)});
}

Result<void> each_living(Transaction& tx, const IndexRow& row) {
  return tx.for_each(std::string(kIndexColumns) + "WHERE t.revoked_at IS NULL AND u.status = 'active'", {},
                     reading_index(row));
}

Result<void> index_row(Transaction& tx, std::string_view token_id, const IndexRow& row) {
  return tx.for_each(std::string(kIndexColumns) + "WHERE t.id = $1", {token_id}, reading_index(row));
}

Result<void> index_rows_of_user(Transaction& tx, std::string_view user_id, const IndexRow& row) {
  return tx.for_each(std::string(kIndexColumns) + "WHERE t.user_id = $1", {user_id}, reading_index(row));
}

}  // namespace wick::token_store
