#include "identity/second_factor_store.h"

namespace wick::second_factor_store {
namespace {

Result<void> only_done(Result<std::int64_t> done) {
  if (!done) return fail(std::move(done.error()));
  return {};
}

}  // namespace

Result<std::optional<Factor>> find(Transaction& tx, const std::string& user) {
  std::optional<Factor> factor;
  auto done = tx.for_each(
      "SELECT secret, created_at, last_step, "
      "(SELECT COUNT(*) FROM recovery_codes WHERE recovery_codes.user_id = second_factors.user_id) "
      "FROM second_factors WHERE user_id = $1",
      {std::string_view(user)}, [&](const SqlRow& row) {
        factor = Factor{row.text(0), row.integer(1), row.integer(2), row.integer(3)};
      });
  WICK_CHECK(done);
  return factor;
}

Result<void> insert(Transaction& tx, const std::string& user, const std::string& sealed, Micros at,
                    std::int64_t last_step) {
  return only_done(tx.execute(
      "INSERT INTO second_factors (user_id, secret, created_at, last_step) VALUES ($1, $2, $3, $4)",
      {std::string_view(user), BlobView{sealed}, at, last_step}));
}

Result<bool> use_step(Transaction& tx, const std::string& user, std::int64_t step) {
  WICK_TRY(used, tx.execute("UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND last_step < $2",
                            {std::string_view(user), step}));
  return used == 1;
}

Result<bool> use_recovery_code(Transaction& tx, const std::string& user, const Sha256Digest& digest) {
  WICK_TRY(used, tx.execute("DELETE FROM recovery_codes WHERE user_id = $1 AND digest = $2",
                            {std::string_view(user), BlobView{as_bytes(digest)}}));
  return used == 1;
}

Result<void> set_recovery_codes(Transaction& tx, const std::string& user,
                                const std::vector<Sha256Digest>& digests) {
  auto done =
      only_done(tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", {std::string_view(user)}));
  for (const Sha256Digest& digest : digests) {
    if (!done) return done;
    done = only_done(tx.execute("INSERT INTO recovery_codes (user_id, digest) VALUES ($1, $2)",
                                {std::string_view(user), BlobView{as_bytes(digest)}}));
  }
  return done;
}

Result<void> remove(Transaction& tx, const std::string& user) {
  for (const char* sql : {"DELETE FROM recovery_codes WHERE user_id = $1",
                          "DELETE FROM second_factor_enrolments WHERE user_id = $1",
                          "DELETE FROM second_factors WHERE user_id = $1"}) {
    if (auto done = only_done(tx.execute(sql, {std::string_view(user)})); !done) return done;
  }
  return {};
}

Result<void> put_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                           const std::string& sealed, Micros expires_at) {
  return only_done(
      tx.execute("INSERT INTO second_factor_enrolments (user_id, session_id, secret, expires_at) VALUES ($1, "
                 "$2, $3, $4) "
                 "ON CONFLICT (user_id) DO UPDATE SET session_id = $2, secret = $3, expires_at = $4",
                 {std::string_view(user), std::string_view(session), BlobView{sealed}, expires_at}));
}

Result<std::string> take_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                                   Micros now) {
  std::string sealed;
  WICK_CHECK(tx.for_each(
      "DELETE FROM second_factor_enrolments WHERE user_id = $1 AND session_id = $2 AND expires_at > $3 "
      "RETURNING secret",
      {std::string_view(user), std::string_view(session), now},
      [&](const SqlRow& row) { sealed = row.text(0); }));
  return sealed;
}

Result<void> purge_enrolments(Database& db, Micros now) {
  return delete_in_steps(db,
                         "DELETE FROM second_factor_enrolments WHERE user_id IN (SELECT user_id FROM "
                         "second_factor_enrolments WHERE expires_at <= $1 LIMIT $2)",
                         now);
}

}  // namespace wick::second_factor_store
