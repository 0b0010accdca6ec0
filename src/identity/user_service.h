// Users: making, listing, deactivating, deleting; the last active admin is protected.
//
// Thread-safe. Every change is one transaction and is in the access snapshot and the credential index when
// the function returns (db/database.h, "Change log"). All of them block: never on an io thread.
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

// research R73, after NIST SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15
// characters.
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
  bool external = false;  // signs in through the OpenID provider
  bool second_factor = false;
  std::int64_t active_tokens = 0;
  std::int64_t number = 0;  // the order of creation
};

// Who a user is at an OpenID provider.
struct LinkedIdentity {
  std::string issuer, subject;
  Micros created_at = 0;
};

struct NewUser {
  std::string email, name;
  Role role = Role::kMember;
};

enum class UserOrder { kEmail, kName, kCreated, kLastSignIn };

// What the admins' page asks for.
struct UserFilter {
  // In name or email; shorter than three characters: what they begin with.
  std::string query;
  std::optional<UserStatus> status;  // without one: all but the deleted
  std::optional<Role> role;
  UserOrder order = UserOrder::kEmail;  // by last sign-in, those who never signed in are the earliest
  bool descending = false;
  std::string cursor;  // of a page of the same order; empty: the first page
  std::int64_t limit = 50;
};
// A page with a cursor is not the last, even when it holds fewer than the limit, or nothing.
struct UserPage {
  std::vector<User> items;
  std::string next, previous;  // cursors; empty: there is no such page
};

// What is absent stays.
struct UserPatch {
  std::optional<std::string> name;
  std::optional<Role> role;
  std::optional<UserStatus> status;              // active or deactivated
  std::optional<std::vector<std::string>> tags;  // ids
};

// One '@', nothing that a mail program would read as something else, and a plain domain: whoever compares the
// domain with a list must see the one that mail goes to.
bool is_plain_email(std::string_view email);
// Errors: kInvalidArgument with what to change.
Result<void> check_new_user(const NewUser& user);
Result<void> check_password(const Secret& password);

class UserService {
 public:
  UserService(Database& db, const Clock& clock);

  // An active user who signs in with `password`.
  // Errors: kInvalidArgument  email, name or password not as they must be
  //         kConflict         another user has this email
  Result<User> create(NewUser user, const Secret& password);
  // A user who becomes active by an invitation link (LinkService). Errors: as create
  Result<User> create_pending(NewUser user, const std::vector<std::string>& tags);
  // One that changes nothing writes nothing. `by` is named as who ended the user's credentials; empty: the operator.
  // Errors: kInvalidArgument, kNotFound;  kConflict  it would leave no active admin
  Result<User> update(std::string_view id_or_email, UserPatch patch, const UserId& by = {});
  // The next two are one transaction for all of `ids`, or change nothing; the number of users that were changed.
  // Users who are deleted are passed over; so are, when deactivating, those who are not active.
  // Errors: kConflict  it would leave no active admin
  Result<std::int64_t> deactivate_all(const std::vector<UserId>& ids, const UserId& by);
  // Gives and takes tags; the others stay. Errors: kInvalidArgument  there is no such tag
  Result<std::int64_t> change_tags(const std::vector<UserId>& ids, const std::vector<std::string>& added,
                                   const std::vector<std::string>& removed);
  // Errors: kNotFound
  Result<User> find(std::string_view id_or_email);
  Result<std::vector<User>> list();
  Result<std::vector<LinkedIdentity>> identities(const UserId& user);
  // Errors: kInvalidArgument  the cursor is none of this list
  Result<UserPage> page(const UserFilter& filter);
  // Tokens, grants and sessions of the user end before this returns (T6).
  // Errors: kNotFound;  kConflict  it is the last active admin
  Result<User> deactivate(std::string_view id_or_email);
  // The row stays, so that the audit can name it; its email becomes free. Errors: as deactivate.
  Result<User> remove(std::string_view id_or_email, const UserId& by = {});

 private:
  // Says whether it changed anything.
  using Work = std::function<Result<bool>(Transaction&, User&)>;
  Result<bool> change_in(Transaction& tx, User& user, const Work& work);
  Result<User> change(std::string_view id_or_email, const Work& work);
  Result<std::int64_t> change_all(const std::vector<UserId>& ids, const Work& work);
  Result<bool> deactivate_in(Transaction& tx, User& user, const UserId& by);
  Database& db_;
  const Clock& clock_;
};

}  // namespace wick
