#include "identity/user_service.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/password.h"
#include "identity/user_page_store.h"
#include "identity/user_store.h"

namespace wick {
namespace {

User make_user(const NewUser& request, UserStatus status, Micros now) {
  User user;
  user.id = UserId::make();
  user.email = to_lower_ascii(request.email);
  user.name = std::string(trim(request.name));
  user.role = request.role;
  user.status = status;
  user.created_at = now;
  return user;
}

}  // namespace

bool is_plain_email(std::string_view email) {
  const auto at = email.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == email.size() || email.size() > kMaxEmailBytes ||
      !is_valid_utf8(email) || hidden_character(email))
    return false;
  const auto plain = [](std::string_view part, std::string_view unwanted) {
    return std::none_of(part.begin(), part.end(), [&](char c) {
      return (static_cast<unsigned char>(c) <= 0x20) || c == 0x7F ||
             unwanted.find(c) != std::string_view::npos;
    });
  };
  const std::string_view domain = email.substr(at + 1);
  return plain(email.substr(0, at), "\"\\<>()[],;:") && plain(domain, "\"\\<>()[],;:@/?#%!$&'*+=^_`{|}~") &&
         domain.front() != '.' && domain.back() != '.';
}

Result<void> check_new_user(const NewUser& user) {
  if (!is_plain_email(user.email)) return invalid("The email must look like name@example.com.");
  return check_name("The name", user.name, kMaxUserNameBytes);
}

Result<void> check_password(const Secret& password) {
  std::size_t characters = 0;
  for (const char c : password.reveal()) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters < kMinPasswordLength || password.reveal().size() > kMaxPasswordBytes) {
    return invalid("The password must have at least " + std::to_string(kMinPasswordLength) +
                   " characters: a few words in a row are fine.");
  }
  return {};
}

UserService::UserService(Database& db, const Clock& clock) : db_(db), clock_(clock) {}

Result<User> UserService::create(NewUser request, const Secret& password) {
  WICK_CHECK(check_new_user(request));
  WICK_CHECK(check_password(password));
  User user = make_user(request, UserStatus::kActive, clock_.now());
  user.has_password = true;
  const std::string hash = hash_password(password);
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(user_store::insert(tx, user, hash));
    return tx.changed("user", user.id.str());
  }));
  return user;
}

Result<User> UserService::create_pending(NewUser request, const std::vector<std::string>& tags) {
  WICK_CHECK(check_new_user(request));
  const User user = make_user(request, UserStatus::kPending, clock_.now());
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(user_store::insert(tx, user, ""));
    WICK_CHECK(user_store::set_tags(tx, user.id.str(), tags));
    return tx.changed("user", user.id.str());
  }));
  return user;
}

Result<User> UserService::find(std::string_view id_or_email) {
  return db_.read([&](Transaction& tx) { return user_store::find(tx, id_or_email, clock_.now()); });
}

Result<std::vector<User>> UserService::list() {
  return db_.read([&](Transaction& tx) { return user_store::list(tx, clock_.now()); });
}

Result<UserPage> UserService::page(const UserFilter& filter) {
  return db_.read([&](Transaction& tx) { return user_page_store::page(tx, filter); });
}

Result<std::vector<LinkedIdentity>> UserService::identities(const UserId& user) {
  return db_.read([&](Transaction& tx) { return user_store::identities(tx, user.str()); });
}

// Checks that at least one active admin is left after the change. Write transactions are serialised, so two admins cannot each
// remove the other.
Result<bool> UserService::change_in(Transaction& tx, User& user, const Work& work) {
  const bool was_admin = user.role == Role::kAdmin && user.status == UserStatus::kActive;
  auto changed = work(tx, user);
  if (!changed || !*changed) return changed;
  if (was_admin && (user.role != Role::kAdmin || user.status != UserStatus::kActive)) {
    WICK_TRY(others, user_store::count_other_admins(tx, user.id.str()));
    if (others == 0) {
      return fail(ErrorCode::kConflict, user.name + " (" + user.email +
                                            ") is the last active admin: make another user an admin first.");
    }
  }
  WICK_CHECK(tx.changed("user", user.id.str()));
  return true;
}

Result<User> UserService::change(std::string_view id_or_email, const Work& work) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<User> {
    WICK_TRY(user, user_store::find(tx, id_or_email, clock_.now()));
    WICK_TRY(changed, change_in(tx, user, work));
    if (!changed) tx.unchanged("user");
    return std::move(user);
  });
}

Result<std::int64_t> UserService::change_all(const std::vector<UserId>& ids, const Work& work) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<std::int64_t> {
    std::int64_t total = 0;
    for (const UserId& id : ids) {
      auto user = user_store::find(tx, id.str(), clock_.now());
      if (!user && user.error().code == ErrorCode::kNotFound) continue;
      WICK_CHECK(user);
      WICK_TRY(changed, change_in(tx, *user, work));
      total += changed;
    }
    if (total == 0) tx.unchanged("user");
    return total;
  });
}

Result<bool> UserService::deactivate_in(Transaction& tx, User& user, const UserId& by) {
  WICK_CHECK(user_store::end_credentials(tx, user.id.str(), by, "user deactivated", clock_.now()));
  user.active_tokens = 0;
  user.status = UserStatus::kDeactivated;
  return true;
}

Result<std::int64_t> UserService::deactivate_all(const std::vector<UserId>& ids, const UserId& by) {
  return change_all(ids, [&](Transaction& tx, User& user) -> Result<bool> {
    if (user.status != UserStatus::kActive) return false;
    WICK_CHECK(deactivate_in(tx, user, by));
    WICK_CHECK(user_store::update(tx, user));
    return true;
  });
}

Result<std::int64_t> UserService::change_tags(const std::vector<UserId>& ids,
                                              const std::vector<std::string>& added,
                                              const std::vector<std::string>& removed) {
  return change_all(ids, [&](Transaction& tx, User& user) -> Result<bool> {
    WICK_TRY(tags, user_store::tags(tx, user.id.str()));
    std::erase_if(tags, [&](const std::string& tag) {
      return std::find(removed.begin(), removed.end(), tag) != removed.end();
    });
    tags.insert(tags.end(), added.begin(), added.end());
    return user_store::set_tags(tx, user.id.str(), tags);
  });
}

Result<User> UserService::update(std::string_view id_or_email, UserPatch patch, const UserId& by) {
  return change(id_or_email, [&](Transaction& tx, User& user) -> Result<bool> {
    const User before = user;
    if (patch.name) {
      WICK_CHECK(check_name("The name", *patch.name, kMaxUserNameBytes));
      user.name = std::string(trim(*patch.name));
    }
    user.role = patch.role.value_or(user.role);
    if (patch.status && *patch.status != user.status) {
      if (*patch.status == UserStatus::kDeactivated) {
        WICK_CHECK(deactivate_in(tx, user, by));
      } else if (*patch.status != UserStatus::kActive) {
        return invalid("The status can be set to active or deactivated.");
      } else if (!user.has_password && !user.external) {
        return invalid(
            "This user has no password yet and becomes active by the invitation link: make a new one.");
      }
      user.status = *patch.status;
    }
    bool changed = false;
    if (patch.tags) {
      WICK_TRY(tags_changed, user_store::set_tags(tx, user.id.str(), *patch.tags));
      changed = tags_changed;
    }
    if (std::tie(user.name, user.role, user.status) == std::tie(before.name, before.role, before.status))
      return changed;
    WICK_CHECK(user_store::update(tx, user));
    return true;
  });
}

Result<User> UserService::deactivate(std::string_view id_or_email) {
  UserPatch patch;
  patch.status = UserStatus::kDeactivated;
  return update(id_or_email, std::move(patch));
}

Result<User> UserService::remove(std::string_view id_or_email, const UserId& by) {
  return change(id_or_email, [&](Transaction& tx, User& user) -> Result<bool> {
    user.status = UserStatus::kDeleted;
    user.active_tokens = 0;
    WICK_CHECK(user_store::end_credentials(tx, user.id.str(), by, "user deleted", clock_.now()));
    WICK_CHECK(user_store::mark_deleted(tx, user.id.str()));
    return true;
  });
}

}  // namespace wick
