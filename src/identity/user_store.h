// The SQL of users: each function inside the caller's transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "db/database.h"
#include "identity/user_service.h"

namespace wick::user_store {

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
Result<void> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags);
Result<std::int64_t> count_other_admins(Transaction& tx, const std::string& id);
// Tokens, sessions and links of the user end.
Result<void> end_credentials(Transaction& tx, const std::string& id, std::string_view reason, Micros now);

}  // namespace wick::user_store
