// UserService: creates, lists, changes, deactivates and deletes users. The last active admin is protected.
//
// Thread-safe. Every change is one transaction, and is in the access snapshot and the credential index when the function
// returns (db/database.h, "Change log"). All functions block: never call them on an io thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "base/secret.h"
#include "base/time.h"
#include "db/database.h"

namespace wick {

// NIST SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15 characters.
inline constexpr std::size_t kMinPasswordLength = 15;
inline constexpr std::size_t kMaxPasswordBytes = 1024;
inline constexpr std::size_t kMaxEmailBytes = 254;
inline constexpr std::size_t kMaxUserNameBytes = 100;

struct User {
  UserId id;
  std::string email, name;
  Role role = Role::kMember;
  UserStatus status = UserStatus::kPending;
  Micros created_at = 0;
  std::optional<Micros> last_sign_in_at;
  bool has_password = false;
  bool external = false;  // signs in with the OpenID provider
  bool second_factor = false;
  std::int64_t active_tokens = 0;
  std::int64_t number = 0;  // the order of creation
};

// The identity of a user at an OpenID provider.
struct LinkedIdentity {
  std::string issuer, subject;
  Micros created_at = 0;
};

struct NewUser {
  std::string email, name;
  Role role = Role::kMember;
};

enum class UserOrder { kEmail, kName, kCreated, kLastSignIn };

// The filter and the order of the admins' list of users.
struct UserFilter {
  // Part of the name or the email. A text of fewer than three characters matches only their beginning.
  std::string query;
  std::optional<UserStatus> status;  // nullopt: all users who are not deleted
  std::optional<Role> role;
  UserOrder order = UserOrder::kEmail;  // by last sign-in, users who never signed in come first
  bool descending = false;
  std::string cursor;  // of a page of the same order; empty: the first page
  std::int64_t limit = 50;
};
// A page with a next cursor is not the last page, even when it has fewer items than the limit, or none.
struct UserPage {
  std::vector<User> items;
  std::string next, previous;  // cursors; empty: there is no such page
};

// Absent members stay unchanged.
struct UserPatch {
  std::optional<std::string> name;
  std::optional<Role> role;
  std::optional<UserStatus> status;              // active or deactivated
  std::optional<std::vector<std::string>> tags;  // ids
};

// Whether the email has one '@', no characters with a special meaning for mail programs, and a plain domain. So a comparison of
// the domain with a list compares the domain that receives the mail.
bool is_plain_email(std::string_view email);
// Errors: kInvalidArgument  the message says what to change
Result<void> check_new_user(const NewUser& user);
Result<void> check_password(const Secret& password);

class UserService {
 public:
  UserService(Database& db, const Clock& clock);

  // Creates an active user who signs in with `password`.
  // Errors: kInvalidArgument  email, name or password are invalid
  //         kConflict         another user has this email
  Result<User> create(NewUser user, const Secret& password);
  // Creates a user who becomes active with an invitation link (LinkService). Errors: as create()
  Result<User> create_pending(NewUser user, const std::vector<std::string>& tags);
  // Changes a user. A patch without changes writes nothing. `by` is recorded as the one who ended the user's credentials; empty:
  // the operator.
  // Errors: kInvalidArgument, kNotFound;  kConflict  no active admin would be left
  Result<User> update(std::string_view id_or_email, UserPatch patch, const UserId& by = {});
  // deactivate_all() and change_tags() change all of `ids` in one transaction, or nothing. They return the number of users that
  // were changed. Deleted users are ignored; deactivate_all() also ignores users who are not active.
  // Errors: kConflict  no active admin would be left
  Result<std::int64_t> deactivate_all(const std::vector<UserId>& ids, const UserId& by);
  // Adds and removes tags. The other tags stay. Errors: kInvalidArgument  there is no such tag
  Result<std::int64_t> change_tags(const std::vector<UserId>& ids, const std::vector<std::string>& added,
                                   const std::vector<std::string>& removed);
  // Errors: kNotFound
  Result<User> find(std::string_view id_or_email);
  Result<std::vector<User>> list();
  Result<std::vector<LinkedIdentity>> identities(const UserId& user);
  // Errors: kInvalidArgument  the cursor does not belong to this list
  Result<UserPage> page(const UserFilter& filter);
  // Tokens, grants and sessions of the user end before this returns.
  // Errors: kNotFound;  kConflict  the user is the last active admin
  Result<User> deactivate(std::string_view id_or_email);
  // Deletes a user. The row stays for the audit, and the email can be used again. Errors: as deactivate()
  Result<User> remove(std::string_view id_or_email, const UserId& by = {});

 private:
  // Returns whether it changed anything.
  using Work = std::function<Result<bool>(Transaction&, User&)>;
  Result<bool> change_in(Transaction& tx, User& user, const Work& work);
  Result<User> change(std::string_view id_or_email, const Work& work);
  Result<std::int64_t> change_all(const std::vector<UserId>& ids, const Work& work);
  Result<bool> deactivate_in(Transaction& tx, User& user, const UserId& by);
  Database& db_;
  const Clock& clock_;
};

}  // namespace wick
