#include "identity/user_store.h"

#include <algorithm>

#include "base/text.h"
#include "db/search_index.h"
#include "identity/second_factor_store.h"

namespace wick::user_store {

const char* const kSelect =
    "SELECT id, email, name, role, status, created_at, last_sign_in_at, password_hash IS NOT NULL, "
    "active_tokens, "
    "EXISTS (SELECT 1 FROM identities WHERE identities.user_id = users.id), number, "
    "EXISTS (SELECT 1 FROM second_factors WHERE second_factors.user_id = users.id) FROM users ";

User read(const SqlRow& row) {
  User user;
  user.id = UserId::parse(row.bytes(0)).value_or(UserId{});
  user.email = row.text(1);
  user.name = row.text(2);
  user.role = parse_role(row.bytes(3)).value_or(Role::kMember);
  user.status = parse_status(row.bytes(4)).value_or(UserStatus::kDeactivated);
  user.created_at = row.integer(5);
  if (!row.is_null(6)) user.last_sign_in_at = row.integer(6);
  user.has_password = row.integer(7) != 0;
  user.active_tokens = row.integer(8);
  user.external = row.integer(9) != 0;
  user.number = row.integer(10);
  user.second_factor = row.integer(11) != 0;
  return user;
}

namespace {

Result<void> only_done(Result<std::int64_t> done) {
  if (!done) return fail(std::move(done.error()));
  return {};
}

// The number of the row and its text in the search index.
struct Indexed {
  std::int64_t number = 0;
  std::string text;
};

Result<Indexed> indexed(Transaction& tx, const std::string& id) {
  Indexed found;
  auto done = tx.for_each("SELECT number, name, email FROM users WHERE id = $1", {std::string_view(id)},
                          [&](const SqlRow& row) {
                            found = {row.integer(0), search_index::joined({row.bytes(1), row.bytes(2)})};
                          });
  WICK_CHECK(done);
  return found;
}

// Runs a statement that may change name or email, and updates the search index.
Result<void> change_text(Transaction& tx, const std::string& id,
                         const std::function<Result<void>()>& change) {
  WICK_TRY(before, indexed(tx, id));
  if (auto done = change(); !done) return done;
  WICK_TRY(after, indexed(tx, id));
  if (after.text == before.text) return {};
  auto removed = search_index::remove(tx, search_index::Table::kUsers, before.number, before.text);
  if (!removed) return removed;
  return search_index::put(tx, search_index::Table::kUsers, after.number, after.text);
}

}  // namespace

Result<void> insert(Transaction& tx, const User& user, const std::string& password_hash) {
  const std::string id = user.id.str();
  std::int64_t number = 0;
  auto inserted = tx.for_each(
      "INSERT INTO users (id, email, name, role, status, password_hash, created_at, number) VALUES ($1, $2, "
      "$3, $4, $5, $6, $7, (SELECT COALESCE(MAX(number), 0) + 1 FROM users)) RETURNING number",
      {std::string_view(id), std::string_view(user.email), std::string_view(user.name),
       std::string_view(role_name(user.role)), std::string_view(status_name(user.status)),
       password_hash.empty() ? SqlParam(nullptr) : SqlParam(std::string_view(password_hash)),
       user.created_at},
      [&](const SqlRow& row) { number = row.integer(0); });
  if (inserted)
    return search_index::put(tx, search_index::Table::kUsers, number,
                             search_index::joined({user.name, user.email}));
  if (inserted.error().code != ErrorCode::kConflict) return fail(std::move(inserted.error()));
  return fail(ErrorCode::kConflict, "There is a user with the email " + user.email + " already.");
}

Result<User> find(Transaction& tx, std::string_view id_or_email, Micros) {
  std::optional<User> user;
  const std::string email = to_lower_ascii(id_or_email);
  WICK_CHECK(tx.for_each(std::string(kSelect) + "WHERE (id = $1 OR email = $2) AND status <> 'deleted'",
                         {id_or_email, std::string_view(email)},
                         [&](const SqlRow& row) { user = read(row); }));
  if (!user) return fail(ErrorCode::kNotFound, "There is no user with this id or email.");
  return std::move(*user);
}

Result<std::vector<User>> list(Transaction& tx, Micros) {
  std::vector<User> users;
  WICK_CHECK(tx.for_each(std::string(kSelect) + "WHERE status <> 'deleted' ORDER BY email", {},
                         [&](const SqlRow& row) { users.push_back(read(row)); }));
  return users;
}

Result<void> update(Transaction& tx, const User& user) {
  const std::string id = user.id.str();
  return change_text(tx, id, [&] {
    return only_done(
        tx.execute("UPDATE users SET name = $2, role = $3, status = $4 WHERE id = $1",
                   {std::string_view(id), std::string_view(user.name), std::string_view(role_name(user.role)),
                    std::string_view(status_name(user.status))}));
  });
}

Result<void> set_password(Transaction& tx, const std::string& id, const std::string& hash) {
  return only_done(tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1",
                              {std::string_view(id), std::string_view(hash)}));
}

Result<std::string> password_hash(Transaction& tx, const std::string& id) {
  std::string hash;
  WICK_CHECK(tx.for_each("SELECT password_hash FROM users WHERE id = $1 AND password_hash IS NOT NULL",
                         {std::string_view(id)}, [&](const SqlRow& row) { hash = row.text(0); }));
  return hash;
}

Result<void> set_signed_in(Transaction& tx, const std::string& id, Micros at) {
  return only_done(
      tx.execute("UPDATE users SET last_sign_in_at = $2 WHERE id = $1", {std::string_view(id), at}));
}

Result<void> mark_deleted(Transaction& tx, const std::string& id) {
  auto done = only_done(tx.execute("DELETE FROM identities WHERE user_id = $1", {std::string_view(id)}));
  if (!done) return done;
  if (done = second_factor_store::remove(tx, id); !done) return done;
  // Removes the accounts at connected servers, whose grants are then revoked there (oauth_client/linked_accounts.h). By
  // upstream_accounts_user.
  done = only_done(tx.execute(
      "INSERT INTO upstream_revocations (connector_id, user_id, connected_at, credential, attempts, due_at) "
      "SELECT connector_id, user_id, connected_at, credential, 0, 0 FROM upstream_accounts "
      "WHERE user_id = $1 AND kind = 'oauth' AND credential IS NOT NULL ON CONFLICT DO NOTHING",
      {std::string_view(id)}));
  if (!done) return done;
  done = only_done(tx.execute("DELETE FROM upstream_accounts WHERE user_id = $1", {std::string_view(id)}));
  if (!done) return done;
  return change_text(tx, id, [&] {
    return only_done(
        tx.execute("UPDATE users SET status = 'deleted', email = $1, password_hash = NULL WHERE id = $1",
                   {std::string_view(id)}));
  });
}

Result<std::vector<std::string>> tags(Transaction& tx, const std::string& id) {
  std::vector<std::string> found;
  WICK_CHECK(tx.for_each("SELECT tag_id FROM user_tags WHERE user_id = $1", {std::string_view(id)},
                         [&](const SqlRow& row) { found.push_back(row.text(0)); }));
  return found;
}

Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags) {
  // Tags that stay keep their source.
  WICK_TRY(asked, user_store::tags(tx, id));
  const std::vector<std::string>& before = asked;
  bool changed = false;
  for (const std::string& tag : before) {
    if (std::find(tags.begin(), tags.end(), tag) != tags.end()) continue;
    WICK_CHECK(tx.execute("DELETE FROM user_tags WHERE user_id = $1 AND tag_id = $2",
                          {std::string_view(id), std::string_view(tag)}));
    changed = true;
  }
  for (const std::string& tag : tags) {
    if (std::find(before.begin(), before.end(), tag) != before.end()) continue;
    auto done = tx.execute("INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                           {std::string_view(id), std::string_view(tag)});
    if (!done && done.error().code == ErrorCode::kConflict)
      return fail(ErrorCode::kInvalidArgument, "There is no tag with the id " + tag + ".");
    if (!done) return fail(std::move(done.error()));
    changed = true;
  }
  return changed;
}

Result<std::int64_t> count_other_admins(Transaction& tx, const std::string& id) {
  std::int64_t others = 0;
  WICK_CHECK(tx.for_each("SELECT COUNT(*) FROM users WHERE role = 'admin' AND status = 'active' AND id <> $1",
                         {std::string_view(id)}, [&](const SqlRow& row) { others = row.integer(0); }));
  return others;
}

Result<void> end_credentials(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now) {
  const std::string who = by.empty() ? std::string() : by.str();
  // The credentials are also revoked in the database, so that reactivating the user does not make them valid again.
  auto done = only_done(
      tx.execute("UPDATE tokens SET revoked_at = $2, revoked_by = $4, revoked_reason = $3, ended = 1 "
                 "WHERE user_id = $1 AND revoked_at IS NULL",
                 {std::string_view(id), now, reason, std::string_view(who)}));
  if (!done) return done;
  done = end_connections(tx, id, by, reason, now);
  if (!done) return done;
  if (done = end_sessions(tx, id, ""); !done) return done;
  return only_done(tx.execute("DELETE FROM links WHERE user_id = $1", {std::string_view(id)}));
}

Result<void> end_sessions(Transaction& tx, const std::string& id, std::string_view kept) {
  return only_done(
      tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", {std::string_view(id), kept}));
}

Result<void> end_connections(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now) {
  const std::string who = by.empty() ? std::string() : by.str();
  return only_done(
      tx.execute("UPDATE oauth_grants SET revoked_at = $2, revoked_by = $4, revoked_reason = $3 "
                 "WHERE user_id = $1 AND revoked_at IS NULL",
                 {std::string_view(id), now, reason, std::string_view(who)}));
}

Result<bool> none_yet(Transaction& tx) {
  bool none = true;
  WICK_CHECK(tx.for_each("SELECT 1 FROM users LIMIT 1", {}, [&](const SqlRow&) { none = false; }));
  return none;
}

Result<std::optional<User>> find_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                                          Micros) {
  std::optional<User> user;
  WICK_CHECK(tx.for_each(std::string(kSelect) +
                             "WHERE id = (SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2) "
                             "AND status <> 'deleted'",
                         {issuer, subject}, [&](const SqlRow& row) { user = read(row); }));
  return user;
}

Result<std::vector<LinkedIdentity>> identities(Transaction& tx, const std::string& id) {
  std::vector<LinkedIdentity> found;
  auto done = tx.for_each(
      "SELECT issuer, subject, created_at FROM identities WHERE user_id = $1 ORDER BY created_at, issuer",
      {std::string_view(id)}, [&](const SqlRow& row) {
        found.push_back({row.text(0), row.text(1), row.integer(2)});
      });
  WICK_CHECK(done);
  return found;
}

Result<void> add_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                          const std::string& id, Micros now) {
  return only_done(
      tx.execute("INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)",
                 {issuer, subject, std::string_view(id), now}));
}

Result<bool> follow_groups(Transaction& tx, const std::string& id, const std::vector<std::string>& groups) {
  struct Row {
    std::string tag, source;
    bool member = false;
  };
  std::vector<Row> rows;
  auto asked = tx.for_each(
      "SELECT t.id, t.name, u.source FROM tags t LEFT JOIN user_tags u ON u.tag_id = t.id AND u.user_id = $1",
      {std::string_view(id)}, [&](const SqlRow& row) {
        const bool member =
            std::find(groups.begin(), groups.end(), to_lower_ascii(row.bytes(1))) != groups.end();
        rows.push_back({row.text(0), row.is_null(2) ? "" : row.text(2), member});
      });
  WICK_CHECK(asked);
  bool changed = false;
  for (const Row& row : rows) {
    const bool must_add = row.member && row.source.empty();
    const bool must_remove = !row.member && row.source == "oidc";
    if (!must_add && !must_remove) continue;
    WICK_CHECK(tx.execute(must_add ? "INSERT INTO user_tags (user_id, tag_id, source) VALUES ($1, $2, 'oidc')"
                                   : "DELETE FROM user_tags WHERE user_id = $1 AND tag_id = $2",
                          {std::string_view(id), std::string_view(row.tag)}));
    changed = true;
  }
  return changed;
}

}  // namespace wick::user_store
