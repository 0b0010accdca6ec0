#include "identity/link_service.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "identity/user_store.h"

namespace wick {
namespace {

constexpr std::size_t kLinkBytes = 32;

struct Row {
  std::string purpose, user_id;
};

Result<Link> insert(Transaction& tx, std::string_view purpose, const std::string& user_id,
                    Micros expires_at) {
  Link link{Secret(random_hex(kLinkBytes)), expires_at};
  const auto digest = sha256(link.token.reveal());
  WICK_CHECK(
      tx.execute("INSERT INTO links (digest, purpose, user_id, expires_at) VALUES ($1, $2, $3, $4)",
                 {BlobView{as_bytes(digest)}, purpose,
                  user_id.empty() ? SqlParam(nullptr) : SqlParam(std::string_view(user_id)), expires_at}));
  return link;
}

Result<std::optional<Row>> find(Transaction& tx, std::string_view token, Micros now) {
  const auto digest = sha256(token);
  std::optional<Row> found;
  auto done = tx.for_each("SELECT purpose, user_id FROM links WHERE digest = $1 AND expires_at > $2",
                          {BlobView{as_bytes(digest)}, now}, [&](const SqlRow& row) {
                            found = Row{row.text(0), row.text(1)};
                          });
  WICK_CHECK(done);
  return found;
}

Result<void> forget(Transaction& tx, std::string_view sql, SqlParam param) {
  WICK_CHECK(tx.execute(sql, {param}));
  return {};
}

std::unexpected<Error> bad_link() {
  return fail(ErrorCode::kNotFound, "This link was used already or has expired: ask an admin for a new one.");
}

}  // namespace

Result<bool> LinkService::setup_required() {
  Result<bool> none = false;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    none = user_store::none_yet(tx);
    if (!none) return fail(none.error());
    return {};
  });
  WICK_CHECK(done);
  return none;
}

Result<Link> LinkService::make_setup() {
  Result<Link> link;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(none, user_store::none_yet(tx));
    if (!none) return fail(ErrorCode::kConflict, "There are users already: set-up is done.");
    if (auto gone = forget(tx, "DELETE FROM links WHERE purpose = $1", std::string_view("setup")); !gone)
      return gone;
    link = insert(tx, "setup", "", clock_.now() + kSetupLinkAge);
    if (!link) return fail(link.error());
    return {};
  });
  WICK_CHECK(done);
  return link;
}

Result<User> LinkService::set_up(std::string_view token, NewUser admin, const Secret& password) {
  WICK_CHECK(check_new_user(admin));
  WICK_CHECK(check_password(password));
  User user;
  user.id = UserId::make();
  user.email = to_lower_ascii(admin.email);
  user.name = std::string(trim(admin.name));
  user.role = Role::kAdmin;
  user.status = UserStatus::kActive;
  user.created_at = clock_.now();
  user.has_password = true;
  // Checked before the expensive hash, so that guessing is not a way to keep the server busy; and again
  // inside.
  const auto check = [&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, find(tx, token, clock_.now()));
    if (!row || row->purpose != "setup") {
      return fail(ErrorCode::kUnauthenticated,
                  "This set-up link is not valid: restart the server and use the link it prints.");
    }
    WICK_TRY(none, user_store::none_yet(tx));
    if (!none) return fail(ErrorCode::kConflict, "There are users already: set-up is done. Sign in instead.");
    return {};
  };
  WICK_CHECK(db_.read(check));
  const std::string hash = hash_password(password);
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    if (auto good = check(tx); !good) return good;
    if (auto inserted = user_store::insert(tx, user, hash); !inserted) return inserted;
    if (auto gone = forget(tx, "DELETE FROM links WHERE purpose = $1", std::string_view("setup")); !gone)
      return gone;
    return tx.changed("user", user.id.str());
  });
  WICK_CHECK(done);
  return user;
}

Result<Link> LinkService::make_for(std::string_view user_id) {
  Result<Link> link;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(user, user_store::find(tx, user_id, clock_.now()));
    if (user.status == UserStatus::kDeactivated) {
      return fail(ErrorCode::kConflict, "This user is deactivated: activate the account first.");
    }
    const std::string id = user.id.str();
    if (auto gone = forget(tx, "DELETE FROM links WHERE user_id = $1", std::string_view(id)); !gone)
      return gone;
    const bool pending = user.status == UserStatus::kPending;
    link = insert(tx, pending ? "invite" : "reset", id,
                  clock_.now() + (pending ? kInviteLinkAge : kResetLinkAge));
    if (!link) return fail(link.error());
    return {};
  });
  WICK_CHECK(done);
  return link;
}

Result<LinkInfo> LinkService::look(std::string_view token) {
  LinkInfo info;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, find(tx, token, clock_.now()));
    if (!row || row->user_id.empty()) return bad_link();
    auto user = user_store::find(tx, row->user_id, clock_.now());
    if (!user) return bad_link();
    info = {std::move(*user), row->purpose};
    return {};
  });
  WICK_CHECK(done);
  return info;
}

Result<User> LinkService::accept(std::string_view token, const std::optional<std::string>& name,
                                 const Secret& password) {
  WICK_CHECK(check_password(password));
  WICK_TRY(info, look(token));
  if (name) {
    if (auto checked = check_new_user({info.user.email, *name, info.user.role}); !checked)
      return fail(std::move(checked.error()));
  }
  const std::string hash = hash_password(password);
  User user;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, find(tx, token, clock_.now()));
    if (!row || row->user_id.empty()) return bad_link();
    auto found = user_store::find(tx, row->user_id, clock_.now());
    if (!found || found->status == UserStatus::kDeactivated) return bad_link();
    user = std::move(*found);
    const std::string id = user.id.str();
    if (user.status == UserStatus::kPending) user.status = UserStatus::kActive;
    if (name) user.name = std::string(trim(*name));
    user.has_password = true;
    if (auto updated = user_store::update(tx, user); !updated) return updated;
    if (auto set = user_store::set_password(tx, id, hash); !set) return set;
    if (auto gone = forget(tx, "DELETE FROM links WHERE user_id = $1", std::string_view(id)); !gone)
      return gone;
    if (auto ended = user_store::end_sessions(tx, id, ""); !ended) return ended;
    // RFC 9700 §4.14.2: whoever had the old password may have connected an app with it.
    if (auto ended = user_store::end_connections(tx, id, {}, "the password was reset", clock_.now()); !ended)
      return ended;
    return tx.changed("user", id);
  });
  WICK_CHECK(done);
  return user;
}

}  // namespace wick
