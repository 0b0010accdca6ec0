// The SQL of users: each function inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "identity/user_service.h"

namespace wick::user_store {

// Selects the columns of read(), up to "FROM users ".
extern const char* const kSelect;
User read(const SqlRow& row);

// Errors: kConflict  another user has this email
Result<void> insert(Transaction& tx, const User& user, const std::string& password_hash);
// Finds a user who is not deleted. Errors: kNotFound
Result<User> find(Transaction& tx, std::string_view id_or_email, Micros now);
Result<std::vector<User>> list(Transaction& tx, Micros now);
Result<void> update(Transaction& tx, const User& user);
Result<void> set_password(Transaction& tx, const std::string& id, const std::string& hash);
// Empty: the user has no password.
Result<std::string> password_hash(Transaction& tx, const std::string& id);
Result<void> set_signed_in(Transaction& tx, const std::string& id, Micros at);
// The row stays, and the email can be used again.
Result<void> mark_deleted(Transaction& tx, const std::string& id);
// The ids of the user's tags, in no order. By the primary key of user_tags.
Result<std::vector<std::string>> tags(Transaction& tx, const std::string& id);
// Returns whether the tags changed.
Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags);
Result<std::int64_t> count_other_admins(Transaction& tx, const std::string& id);
// Ends the tokens, connections, sessions and links of the user. `by` is recorded as the one who ended them; it may be empty.
Result<void> end_credentials(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now);
// Ends the sessions except for the one with the id `kept`, or all when `kept` is empty. The caller logs the user or the session
// as changed.
Result<void> end_sessions(Transaction& tx, const std::string& id, std::string_view kept);
// Ends the connections. The caller logs the user as changed, so that the credential index is updated.
Result<void> end_connections(Transaction& tx, const std::string& id, const UserId& by,
                             std::string_view reason, Micros now);

// Whether there is no user yet.
Result<bool> none_yet(Transaction& tx);
// Finds the user with this identity at an OpenID provider; nullopt: there is none, or the user is deleted.
Result<std::optional<User>> find_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                                          Micros now);
// Lists the oldest first. Index: identities_user.
Result<std::vector<LinkedIdentity>> identities(Transaction& tx, const std::string& id);
Result<void> add_identity(Transaction& tx, std::string_view issuer, std::string_view subject,
                          const std::string& id, Micros now);
// Adds the tags with the name of a group (in lower case), and removes the tags that were added in this way and have no group any
// more. Tags from an admin stay. Returns whether the tags changed.
Result<bool> follow_groups(Transaction& tx, const std::string& id, const std::vector<std::string>& groups);

}  // namespace wick::user_store
