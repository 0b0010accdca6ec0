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
// nullopt when there is none; revoked and expired ones included, those of users who are not active left out.
Result<std::optional<Grant>> get(Transaction& tx, const TokenId& id);
// The same of any user, for pages.
Result<std::optional<Grant>> find(Transaction& tx, const TokenId& id);
// Of one user, one client, or all when both are empty; living, newest first. `with_unused`: also those whose
// code has not been exchanged yet. Indexes: oauth_grants_user, oauth_grants_client.
Result<std::vector<Grant>> list(Transaction& tx, std::string_view user, std::string_view client,
                                bool with_unused, Micros now);
Result<std::int64_t> revoke(Transaction& tx, const TokenId& id, Micros now, std::string_view by,
                            std::string_view reason);
Result<void> set_tokens_issued(Transaction& tx, const TokenId& id);
Result<std::int64_t> set_last_use(Transaction& tx, const LastUse& use);

Result<void> insert_code(Transaction& tx, const Sha256Digest& digest, const Code& code);
Result<std::optional<Code>> get_code(Transaction& tx, const Sha256Digest& digest);
// 1 for exactly one of any number of tries.
Result<std::int64_t> take_code(Transaction& tx, const Sha256Digest& digest, Micros now);

Result<void> insert_access(Transaction& tx, const Sha256Digest& digest, const TokenId& grant,
                           Micros expires_at);
Result<std::optional<TokenId>> grant_of_access(Transaction& tx, const Sha256Digest& digest);
Result<std::int64_t> revoke_access(Transaction& tx, const Sha256Digest& digest, Micros now);

Result<void> insert_refresh(Transaction& tx, const Sha256Digest& digest, const RefreshToken& token);
Result<std::optional<RefreshToken>> get_refresh(Transaction& tx, std::string_view digest);
// 1 for exactly one of any number of tries.
Result<std::int64_t> take_refresh(Transaction& tx, const Sha256Digest& digest, Micros now,
                                  const Sha256Digest& successor, std::string_view replay);
// Wipes the replay of the token whose successor this is: it has been used.
Result<void> wipe_replay(Transaction& tx, const Sha256Digest& successor);

// What the credential index needs of each access token; `resource`: the URI of /mcp, for which and below which tokens
// are good here; `where` is a condition on g (grants) with $1.
using IndexRow = std::function<void(const Sha256Digest&, const Credential&, bool alive)>;
Result<void> index_rows(Transaction& tx, std::string_view where, std::string_view parameter,
                        std::string_view resource, const IndexRow& row);
// The number of living grants by client_id.
Result<std::map<std::string, std::int64_t>> count_by_client(Transaction& tx, Micros now);
// Whether pairs wait for a replay of tokens that were rotated by then. Index: oauth_refresh_tokens_replay.
Result<bool> has_replays(Transaction& tx, Micros rotated_by);
Result<void> wipe_replays(Transaction& tx, Micros rotated_by);
// In transactions of its own.
Result<void> purge(Database& db, Micros now);
Result<std::int64_t> count_living(Transaction& tx, const UserId& user, Micros now);
// Removes the oldest ended grants of a user, and the oldest rotated refresh tokens of a grant, beyond `kept`.
Result<void> forget_ended(Transaction& tx, const UserId& user, Micros now, std::int64_t kept);
Result<void> forget_rotated(Transaction& tx, const TokenId& grant, std::int64_t kept);

}  // namespace wick::grant_store
