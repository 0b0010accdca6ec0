#include "tokens/token_store.h"

#include "base/text.h"

namespace wick::token_store {
namespace {

constexpr const char* kColumns =
    "SELECT id, user_id, name, last4, tools, created_at, expires_at, last_used_at, last_ip, last_user_agent, "
    "revoked_at, revoked_by, revoked_reason, scope FROM tokens ";

std::optional<Micros> time(const SqlRow& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

Token read(const SqlRow& row) {
  Token token;
  token.id = TokenId::parse(row.bytes(0)).value_or(TokenId{});
  token.owner = UserId::parse(row.bytes(1)).value_or(UserId{});
  token.name = row.text(2);
  token.last4 = row.text(3);
  token.tools = parse_tools(row.bytes(4)).value_or(ToolSurface::kAuto);
  token.created_at = row.integer(5);
  token.expires_at = time(row, 6);
  token.last_used_at = time(row, 7);
  token.last_ip = row.text(8);
  token.last_user_agent = row.text(9);
  token.revoked_at = time(row, 10);
  token.revoked_by = row.text(11);
  token.revoked_reason = row.text(12);
  token.scope = parse_scope_text(row.bytes(13)).value_or(ScopePtr());
  return token;
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
      // Rounded up, so that a token never outlives nor undercuts its expiry by more than a second.
      const auto expires = sql.is_null(4) ? 0 : (sql.integer(4) + kMicrosPerSecond - 1) / kMicrosPerSecond;
      credential = {
          *id, *user, CredentialKind::kPat, *tools, static_cast<std::uint32_t>(expires), std::move(*scope)};
    }
    row(digest, credential, sound && sql.is_null(5) && sql.bytes(6) == "active");
  };
}

}  // namespace

Result<void> insert(Transaction& tx, const Token& token, const Sha256Digest& digest) {
  const std::string id = token.id.str();
  const std::string owner = token.owner.str();
  const std::string scope = scope_text(token.scope);
  const SqlParam expires = token.expires_at ? SqlParam(*token.expires_at) : SqlParam(nullptr);
  auto done = tx.execute(
      "INSERT INTO tokens (id, user_id, digest, last4, name, tools, created_at, expires_at, scope) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {std::string_view(id), std::string_view(owner), BlobView{as_bytes(digest)},
       std::string_view(token.last4), std::string_view(token.name), std::string_view(tools_name(token.tools)),
       token.created_at, expires, std::string_view(scope)});
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<Token> get(Transaction& tx, const TokenId& id) {
  std::optional<Token> token;
  auto done = tx.for_each(std::string(kColumns) + "WHERE id = $1", {std::string_view(id.str())},
                          [&](const SqlRow& row) { token = read(row); });
  if (!done) return fail(std::move(done.error()));
  if (!token) return fail(ErrorCode::kNotFound, "There is no token with this id.");
  return std::move(*token);
}

Result<std::vector<Token>> list(Transaction& tx, const UserId& owner, bool active_only, Micros now) {
  std::vector<Token> tokens;
  const auto take = [&](const SqlRow& row) { tokens.push_back(read(row)); };
  const std::string id = owner.str();
  Result<void> done;
  if (owner.empty()) {
    done =
        active_only
            ? tx.for_each(
                  std::string(kColumns) +
                      "WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) ORDER BY id DESC",
                  {now}, take)
            : tx.for_each(std::string(kColumns) + "ORDER BY id DESC", {}, take);
  } else {
    done = active_only
               ? tx.for_each(std::string(kColumns) +
                                 "WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR "
                                 "expires_at > $2) ORDER BY id DESC",
                             {std::string_view(id), now}, take)
               : tx.for_each(std::string(kColumns) + "WHERE user_id = $1 ORDER BY id DESC",
                             {std::string_view(id)}, take);
  }
  if (!done) return fail(std::move(done.error()));
  return tokens;
}

Result<TokenPage> search(Transaction& tx, const TokenFilter& filter, Micros now) {
  std::string where = "FROM tokens JOIN users ON users.id = tokens.user_id WHERE 1 = 1";
  std::vector<SqlParam> params;
  const auto add = [&](std::string_view condition, SqlParam value) {
    params.push_back(value);
    const std::string place = "$" + std::to_string(params.size());
    where += " AND ";
    for (const char c : condition) where += c == '?' ? place : std::string(1, c);
  };
  if (filter.status == "active")
    add("tokens.revoked_at IS NULL AND (tokens.expires_at IS NULL OR tokens.expires_at > ?)", now);
  if (filter.status == "inactive") add("(tokens.revoked_at IS NOT NULL OR tokens.expires_at <= ?)", now);
  if (!filter.owner.empty()) add("tokens.user_id = ?", std::string_view(filter.owner));
  if (filter.never_used) where += " AND tokens.last_used_at IS NULL";
  if (filter.unused_days > 0) {
    add("COALESCE(tokens.last_used_at, tokens.created_at) < ?", now - filter.unused_days * kMicrosPerDay);
  }
  if (filter.expiring_days > 0) add("tokens.expires_at < ?", now + filter.expiring_days * kMicrosPerDay);
  std::string like;
  if (!filter.query.empty()) {
    like = "%";
    for (const char c : to_lower_ascii(filter.query))
      like += c == '%' || c == '_' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    like += "%";
    add("(lower(tokens.name) LIKE ? ESCAPE '\\' OR lower(users.name) LIKE ? ESCAPE '\\' OR users.email LIKE "
        "? ESCAPE '\\' OR "
        "tokens.last4 LIKE ? ESCAPE '\\')",
        std::string_view(like));
  }
  TokenPage page;
  auto counted = tx.for_each("SELECT COUNT(*) " + where, params,
                             [&](const SqlRow& row) { page.total = row.integer(0); });
  if (!counted) return fail(std::move(counted.error()));

  static constexpr std::pair<std::string_view, const char*> kSorts[] = {
      {"name", "lower(tokens.name)"},
      {"owner", "lower(users.name)"},
      {"created_at", "tokens.created_at"},
      {"last_used_at", "COALESCE(tokens.last_used_at, 0)"},
      {"expires_at", "COALESCE(tokens.expires_at, 0)"}};
  const char* sort = "tokens.created_at";
  for (const auto& [name, column] : kSorts) {
    if (filter.sort == name) sort = column;
  }
  const char* direction = filter.descending ? " DESC" : "";
  std::string sql =
      "SELECT tokens.id, user_id, tokens.name, last4, tools, tokens.created_at, expires_at, last_used_at, "
      "last_ip, "
      "last_user_agent, revoked_at, revoked_by, revoked_reason, scope " +
      where + " ORDER BY " + sort + direction + ", tokens.id" + direction;
  params.push_back(std::int64_t(filter.page_size));
  sql += " LIMIT $" + std::to_string(params.size());
  params.push_back(std::int64_t(filter.page - 1) * filter.page_size);
  sql += " OFFSET $" + std::to_string(params.size());
  auto done = tx.for_each(sql, params, [&](const SqlRow& row) { page.items.push_back(read(row)); });
  if (!done) return fail(std::move(done.error()));
  return page;
}

Result<TokenStats> stats(Transaction& tx, Micros now) {
  TokenStats stats;
  auto done = tx.for_each(
      "SELECT COUNT(*), COUNT(DISTINCT user_id), COALESCE(SUM(CASE WHEN last_used_at IS NULL THEN 1 ELSE 0 "
      "END), 0) "
      "FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)",
      {now}, [&](const SqlRow& row) {
        stats = {row.integer(0), row.integer(1), row.integer(2)};
      });
  if (!done) return fail(std::move(done.error()));
  return stats;
}

Result<std::int64_t> count_active(Transaction& tx, const UserId& owner, Micros now) {
  std::int64_t count = 0;
  auto done = tx.for_each(
      "SELECT COUNT(*) FROM tokens WHERE user_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR "
      "expires_at > $2)",
      {std::string_view(owner.str()), now}, [&](const SqlRow& row) { count = row.integer(0); });
  if (!done) return fail(std::move(done.error()));
  return count;
}

Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason) {
  return tx.execute(
      "UPDATE tokens SET revoked_at = $2, revoked_by = $3, revoked_reason = $4 WHERE id = $1 AND revoked_at "
      "IS NULL",
      {std::string_view(id.str()), now, by, reason});
}

Result<std::int64_t> forget_ended(Transaction& tx, const UserId& owner, Micros now, std::int64_t kept) {
  return tx.execute(
      "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE user_id = $1 AND (revoked_at IS NOT NULL "
      "OR expires_at <= $2) ORDER BY id DESC LIMIT 100 OFFSET $3)",
      {std::string_view(owner.str()), now, kept});
}

Result<std::int64_t> set_expiry(Transaction& tx, const TokenId& id, Micros expires_at) {
  return tx.execute(
      "UPDATE tokens SET expires_at = $2 WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)",
      {std::string_view(id.str()), expires_at});
}

Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use) {
  return tx.execute(
      "UPDATE tokens SET last_used_at = $2, last_ip = $3, last_user_agent = $4 WHERE id = $1",
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
