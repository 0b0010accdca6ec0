#include "identity/session_store.h"

namespace wick::session_store {
namespace {

const std::string kSelect =
    "SELECT id, user_id, created_at, last_seen_at, expires_at, ip, user_agent, method, "
    "EXISTS (SELECT 1 FROM second_factors WHERE second_factors.user_id = sessions.user_id) FROM sessions ";

std::string_view method_name(SignInMethod method) {
  return method == SignInMethod::kProvider ? "provider" : "password";
}

BrowserSession read(const SqlRow& row) {
  BrowserSession session;
  session.id = SessionId::parse(row.bytes(0)).value_or(SessionId{});
  session.user = UserId::parse(row.bytes(1)).value_or(UserId{});
  session.created_at = row.integer(2);
  session.last_seen_at = row.integer(3);
  session.expires_at = row.integer(4);
  session.ip = row.text(5);
  session.user_agent = row.text(6);
  session.method = row.bytes(7) == method_name(SignInMethod::kProvider) ? SignInMethod::kProvider
                                                                        : SignInMethod::kPassword;
  return session;
}

}  // namespace

Result<bool> exists(Transaction& tx, const SessionId& id) {
  bool found = false;
  WICK_CHECK(tx.for_each("SELECT id FROM sessions WHERE id = $1", {std::string_view(id.str())},
                         [&](const SqlRow&) { found = true; }));
  return found;
}

Result<std::optional<StoredSession>> find(Transaction& tx, const Sha256Digest& digest, Micros now) {
  std::optional<StoredSession> found;
  WICK_CHECK(tx.for_each(kSelect + "WHERE digest = $1 AND expires_at > $2 AND last_seen_at > $3",
                         {BlobView{as_bytes(digest)}, now, now - to_micros(kSessionIdle)},
                         [&](const SqlRow& row) {
                           found = StoredSession{read(row), row.integer(8) != 0};
                         }));
  return found;
}

Result<std::vector<BrowserSession>> list(Transaction& tx, const UserId& user, Micros now) {
  std::vector<BrowserSession> sessions;
  WICK_CHECK(tx.for_each(
      kSelect + "WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC",
      {std::string_view(user.str()), now, now - to_micros(kSessionIdle)},
      [&](const SqlRow& row) { sessions.push_back(read(row)); }));
  return sessions;
}

Result<std::vector<std::string>> addresses(Transaction& tx, const UserId& user, Micros now,
                                           std::int64_t most) {
  std::vector<std::string> found;
  WICK_CHECK(tx.for_each(
      "SELECT ip FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY "
      "last_seen_at DESC LIMIT $4",
      {std::string_view(user.str()), now, now - to_micros(kSessionIdle), most},
      [&](const SqlRow& row) { found.push_back(row.text(0)); }));
  return found;
}

Result<void> insert(Transaction& tx, const BrowserSession& session, const Sha256Digest& digest) {
  WICK_CHECK(tx.execute(
      "INSERT INTO sessions (id, digest, user_id, ip, user_agent, created_at, last_seen_at, expires_at, "
      "method) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {std::string_view(session.id.str()), BlobView{as_bytes(digest)}, std::string_view(session.user.str()),
       std::string_view(session.ip), std::string_view(session.user_agent), session.created_at,
       session.last_seen_at, session.expires_at, std::string_view(method_name(session.method))}));
  return {};
}

Result<void> set_last_seen(Transaction& tx, const SessionId& id, Micros at) {
  WICK_CHECK(
      tx.execute("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", {std::string_view(id.str()), at}));
  return {};
}

Result<std::int64_t> remove(Transaction& tx, const SessionId& id) {
  return tx.execute("DELETE FROM sessions WHERE id = $1", {std::string_view(id.str())});
}

Result<std::int64_t> remove(Transaction& tx, const UserId& user, const SessionId& id) {
  return tx.execute("DELETE FROM sessions WHERE id = $1 AND user_id = $2",
                    {std::string_view(id.str()), std::string_view(user.str())});
}

Result<std::int64_t> remove_oldest(Transaction& tx, const UserId& user, std::int64_t kept) {
  return tx.execute(
      "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC "
      "LIMIT 100 OFFSET $2)",
      {std::string_view(user.str()), kept});
}

Result<void> purge(Database& db, Micros now) {
  WICK_CHECK(delete_in_steps(
      db, "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)", now));
  return delete_in_steps(
      db, "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE last_seen_at <= $1 LIMIT $2)",
      now - to_micros(kSessionIdle));
}

}  // namespace wick::session_store
