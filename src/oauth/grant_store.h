// The SQL of grants, codes, access and refresh tokens: one function per statement, inside the caller's
// transaction.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "db/database.h"
#include "oauth/grant.h"
#include "tokens/credential_index.h"

namespace wick::grant_store {

struct Code {
  TokenId grant;
  std::string redirect_uri, code_challenge;
  Micros expires_at = 0;
  bool used = false;
};
struct RefreshToken {
  TokenId grant;
  Micros expires_at = 0;
  std::optional<Micros> rotated_at;
  std::string user_agent, successor, replay;
};

Result<void> insert(Transaction& tx, const Grant& grant);
// nullopt: there is none, or its user is not active. Revoked and expired grants are returned.
Result<std::optional<Grant>> get(Transaction& tx, const TokenId& id);
// As get(), also for users who are not active.
Result<std::optional<Grant>> find(Transaction& tx, const TokenId& id);
// Lists the active grants, newest first. An empty `user` or `client` means all. `with_unused` includes grants whose code was
// not exchanged yet. Indexes: oauth_grants_user, oauth_grants_client.
Result<std::vector<Grant>> list(Transaction& tx, std::string_view user, std::string_view client,
                                bool with_unused, Micros now);
Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason);
Result<void> set_tokens_issued(Transaction& tx, const TokenId& id);
Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use);

Result<void> insert_code(Transaction& tx, const Sha256Digest& digest, const Code& code);
Result<std::optional<Code>> get_code(Transaction& tx, const Sha256Digest& digest);
// Returns 1 for exactly one of several concurrent calls.
Result<std::int64_t> take_code(Transaction& tx, const Sha256Digest& digest, Micros now);

Result<void> insert_access(Transaction& tx, const Sha256Digest& digest, const TokenId& grant,
                           Micros expires_at);
Result<std::optional<TokenId>> grant_of_access(Transaction& tx, const Sha256Digest& digest);
Result<std::int64_t> revoke_access(Transaction& tx, const Sha256Digest& digest, Micros now);

Result<void> insert_refresh(Transaction& tx, const Sha256Digest& digest, const RefreshToken& token);
Result<std::optional<RefreshToken>> get_refresh(Transaction& tx, std::string_view digest);
// Returns 1 for exactly one of several concurrent calls.
Result<std::int64_t> take_refresh(Transaction& tx, const Sha256Digest& digest, Micros now,
                                  const Sha256Digest& successor, std::string_view replay);
// Wipes the stored pair of the token whose successor has been used.
Result<void> wipe_replay(Transaction& tx, const Sha256Digest& successor);

// Calls `row` for each access token, for the credential index. Tokens are valid for `resource`, the URI of /mcp, and for the
// connectors below it. `where` is a condition on g (grants) with $1.
using IndexRow = std::function<void(const Sha256Digest&, const Credential&, bool alive)>;
Result<void> index_rows(Transaction& tx, std::string_view where, std::string_view parameter,
                        std::string_view resource, const IndexRow& row);
// The number of active grants by client_id.
Result<std::map<std::string, std::int64_t>> count_by_client(Transaction& tx, Micros now);
// Whether pairs are stored for tokens that were rotated by `rotated_by`. Index: oauth_refresh_tokens_replay.
Result<bool> has_replays(Transaction& tx, Micros rotated_by);
Result<void> wipe_replays(Transaction& tx, Micros rotated_by);
// Removes expired rows, in its own transactions.
Result<void> purge(Database& db, Micros now);
Result<std::int64_t> count_living(Transaction& tx, const UserId& user, Micros now);
// Removes the oldest ended grants of a user, and the oldest rotated refresh tokens of a grant, beyond `kept`.
Result<void> forget_ended(Transaction& tx, const UserId& user, Micros now, std::int64_t kept);
Result<void> forget_rotated(Transaction& tx, const TokenId& grant, std::int64_t kept);

}  // namespace wick::grant_store
