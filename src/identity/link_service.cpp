#include "identity/link_service.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "identity/link_store.h"
#include "identity/user_store.h"

namespace wick {
namespace {

constexpr std::size_t kLinkBytes = 32;

Result<Link> insert(Transaction& tx, const link_store::StoredLink& stored, Micros expires_at) {
  Link link{Secret(random_hex(kLinkBytes)), expires_at};
  WICK_CHECK(link_store::insert(tx, sha256(link.token.reveal()), stored, expires_at));
  return link;
}

std::unexpected<Error> bad_link() {
  return fail(ErrorCode::kNotFound, "This link was used already or has expired: ask an admin for a new one.");
}

}  // namespace

Result<bool> LinkService::setup_required() {
  return db_.read([](Transaction& tx) { return user_store::none_yet(tx); });
}

Result<Link> LinkService::make_setup() {
  return db_.write([&](Transaction& tx) -> Result<Link> {
    WICK_TRY(none, user_store::none_yet(tx));
    if (!none) return fail(ErrorCode::kConflict, "There are users already: set-up is done.");
    WICK_CHECK(link_store::remove_setup(tx));
    return insert(tx, {LinkPurpose::kSetup, ""}, clock_.now() + to_micros(kSetupLinkAge));
  });
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
  // The link is checked before the expensive hash, so that guesses do not cost processor time. It is checked again inside the
  // transaction.
  const auto check = [&](Transaction& tx) -> Result<void> {
    WICK_TRY(link, link_store::find(tx, sha256(token), clock_.now()));
    if (!link || link->purpose != LinkPurpose::kSetup) {
      return fail(ErrorCode::kUnauthenticated,
                  "This set-up link is not valid: restart the server and use the link it prints.");
    }
    WICK_TRY(none, user_store::none_yet(tx));
    if (!none) return fail(ErrorCode::kConflict, "There are users already: set-up is done. Sign in instead.");
    return {};
  };
  WICK_CHECK(db_.read(check));
  const std::string hash = hash_password(password);
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(check(tx));
    WICK_CHECK(user_store::insert(tx, user, hash));
    WICK_CHECK(link_store::remove_setup(tx));
    return tx.changed("user", user.id.str());
  }));
  return user;
}

Result<Link> LinkService::make_for(std::string_view user_id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<Link> {
    WICK_TRY(user, user_store::find(tx, user_id, clock_.now()));
    if (user.status == UserStatus::kDeactivated) {
      return fail(ErrorCode::kConflict, "This user is deactivated: activate the account first.");
    }
    const std::string id = user.id.str();
    WICK_CHECK(link_store::remove_of_user(tx, id));
    if (user.status == UserStatus::kPending)
      return insert(tx, {LinkPurpose::kInvite, id}, clock_.now() + to_micros(kInviteLinkAge));
    return insert(tx, {LinkPurpose::kReset, id}, clock_.now() + to_micros(kResetLinkAge));
  });
}

Result<LinkInfo> LinkService::find(std::string_view token) {
  return db_.read([&](Transaction& tx) -> Result<LinkInfo> {
    WICK_TRY(link, link_store::find(tx, sha256(token), clock_.now()));
    if (!link || link->user_id.empty()) return bad_link();
    auto user = user_store::find(tx, link->user_id, clock_.now());
    if (!user) return bad_link();
    return LinkInfo{std::move(*user), link->purpose};
  });
}

Result<User> LinkService::accept(std::string_view token, const std::optional<std::string>& name,
                                 const Secret& password) {
  WICK_CHECK(check_password(password));
  WICK_TRY(info, find(token));
  if (name) WICK_CHECK(check_new_user({info.user.email, *name, info.user.role}));
  const std::string hash = hash_password(password);
  return db_.write_with_reserve([&](Transaction& tx) -> Result<User> {
    const Micros now = clock_.now();
    WICK_TRY(link, link_store::find(tx, sha256(token), now));
    if (!link || link->user_id.empty()) return bad_link();
    auto found = user_store::find(tx, link->user_id, now);
    if (!found || found->status == UserStatus::kDeactivated) return bad_link();
    User& user = *found;
    const std::string id = user.id.str();
    if (user.status == UserStatus::kPending) user.status = UserStatus::kActive;
    if (name) user.name = std::string(trim(*name));
    user.has_password = true;
    WICK_CHECK(user_store::update(tx, user));
    WICK_CHECK(user_store::set_password(tx, id, hash));
    WICK_CHECK(link_store::remove_of_user(tx, id));
    WICK_CHECK(user_store::end_sessions(tx, id, ""));
    // RFC 9700 §4.14.2: somebody with the old password may have connected an app.
    WICK_CHECK(user_store::end_connections(tx, id, {}, "the password was reset", now));
    WICK_CHECK(tx.changed("user", id));
    return std::move(user);
  });
}

}  // namespace wick
