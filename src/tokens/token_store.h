// The SQL of tokens: one function per statement, each inside the caller's transaction.
#pragma once

#include <functional>
#include <vector>

#include "db/database.h"
#include "tokens/credential_index.h"
#include "tokens/token.h"

namespace wick {

// Sets the last use of the token to `use` when that is newer.
void show_use(Token& token, const LastUse& use);

}  // namespace wick

namespace wick::token_store {

// Reads the columns id, user_id, name, last4, tools, created_at, expires_at, last_used_at, last_ip, last_user_agent, revoked_at,
// revoked_by, revoked_reason, scope, description, from column `first` on.
Token read(const SqlRow& row, int first = 0);

Result<void> insert(Transaction& tx, const Token& token, const Sha256Digest& digest);
// Errors: kNotFound  there is no such token
Result<Token> get(Transaction& tx, const TokenId& id);
// Lists the tokens of one user, or of all users when `owner` is empty; newest first. Index: tokens_user, tokens_active.
Result<std::vector<Token>> list(Transaction& tx, const UserId& owner, bool active_only, Micros now);
Result<bool> is_active_user(Transaction& tx, const UserId& user);
Result<std::int64_t> count_active(Transaction& tx, const UserId& owner, Micros now);
// Revokes an active token. Returns the number of tokens revoked: 0 or 1.
Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason);
// Removes the oldest ended tokens of a user beyond `kept`. Index: tokens_user.
Result<void> forget_ended(Transaction& tx, const UserId& owner, Micros now, std::int64_t kept);
Result<std::int64_t> set_expiry(Transaction& tx, const TokenId& id, Micros expires_at);
Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use);

// Receives a token for the credential index. `alive`: the token is valid.
using IndexRow = std::function<void(const Sha256Digest&, const Credential&, bool alive)>;
Result<void> each_living(Transaction& tx, const IndexRow& row);
Result<void> index_row(Transaction& tx, std::string_view token_id, const IndexRow& row);
Result<void> index_rows_of_user(Transaction& tx, std::string_view user_id, const IndexRow& row);

}  // namespace wick::token_store
