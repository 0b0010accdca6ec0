// Users: making, listing, deactivating, deleting; the last active admin is protected.
//
// Thread-safe. Every change is one transaction and is in the access snapshot and the credential index when the
// function returns (db/database.h, "Change log"). All of them block: never on an io thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "base/secret.h"
#include "base/time.h"
#include "db/database.h"

namespace wick {

// research R73, after NIST SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15 characters.
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
};

struct NewUser {
  std::string email, name;
  Role role = Role::kMember;
};

class UserService {
 public:
  UserService(Database& db, const Clock& clock);

  // An active user who signs in with `password`.
  // Errors: kInvalidArgument  email, name or password not as they must be
  //         kConflict         another user has this email
  Result<User> create(NewUser user, const Secret& password);
  // Errors: kNotFound
  Result<User> find(std::string_view id_or_email);
  Result<std::vector<User>> list();
  // Tokens, grants and sessions of the user end before this returns (T6).
  // Errors: kNotFound;  kConflict  it is the last active admin
  Result<User> deactivate(std::string_view id_or_email);
  // The row stays, so that the audit can name it; its email becomes free. Errors: as deactivate.
  Result<User> remove(std::string_view id_or_email);

 private:
  Result<User> end(std::string_view id_or_email, UserStatus status);
  Database& db_;
  const Clock& clock_;
};

}  // namespace wick
