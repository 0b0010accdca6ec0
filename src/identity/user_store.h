// The SQL of users: each function inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "identity/user_service.h"

namespace wick::user_store {

// Up to "FROM users ", and what read() takes.
extern const char* const kSelect;
User read(const SqlRow& row);

// kConflict when the email is taken.
Result<void> insert(Transaction& tx, const User& user, const std::string& password_hash);
// By id or email, deleted ones excluded. kNotFound when there is none.
Result<User> find(Transaction& tx, std::string_view id_or_email, Micros now);
Result<std::vector<User>> list(Transaction& tx, Micros now);
Result<void> update(Transaction& tx, const User& user);
Result<void> set_password(Transaction& tx, const std::string& id, const std::string& hash);
// Empty when the user has none.
Result<std::string> password_hash(Transaction& tx, const std::string& id);
Result<void> set_signed_in(Transaction& tx, const std::string& id, Micros at);
// The row stays; its email becomes free.
Result<void> mark_deleted(Transaction& tx, const std::string& id);
// Ids, in no order. By the primary key of user_tags.
Result<std::vector<std::string>> tags(Transaction& tx, const std::string& id);
// Whether that changed anything.
Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags);
Result<std::int64_t> count_other_admins(Transaction& tx, const std::string& id);
// Tokens, connections, sessions and links of the user end; `by` (or empty) is named as who ended them.
Result<void> end_credentials(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now);
// Sessions alone, but for the session with the id `kept`; empty: all. The caller logs the user or session as
// changed.
Result<void> end_sessions(Transaction& tx, const std::string& id, std::string_view kept);
// Connections alone. The caller logs the user as changed, so that the credential index follows.
Result<void> end_connections(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now);

// True until the first user exists.
Result<bool> none_yet(Transaction& tx);
// Who this is at an OpenID provider; nullopt when unknown, and when deleted here.
Result<std::optional<User>> find_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                                          Micros now);
// By identities_user; oldest first.
Result<std::vector<LinkedIdentity>> identities(Transaction& tx, const std::string& id);
Result<void> add_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                          const std::string& id, Micros now);
// Gives the tags that are named like a group (lower case), and takes away those that were given this way and
// are not any more; what an admin has given stays. True when anything changed.
Result<bool> follow_groups(Transaction& tx, const std::string& id, const std::vector<std::string>& groups);

}  // namespace wick::user_store
