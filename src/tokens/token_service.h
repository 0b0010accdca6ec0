// Personal access tokens: minting, listing, rotating, revoking; and the credential index that follows them.
//
// Thread-safe. Every function that changes something is one database transaction, and has updated this node's
// CredentialIndex when it returns (db/database.h, "Change log"). All of them block: never on an io thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/actor.h"
#include "access/scope.h"
#include "base/time.h"
#include "db/database.h"
#include "tokens/credential_index.h"
#include "tokens/token.h"

namespace wick {

inline constexpr std::size_t kMaxTokenNameBytes = 100;
inline constexpr std::size_t kMaxTokenDescriptionBytes = 300;
inline constexpr std::int64_t kMaxTokensPerUser = 200;
inline constexpr std::int64_t kMaxEndedTokensPerUser = 1000;  // the newest are kept for history
inline constexpr int kMaxRotateOverlapHours = 72;

struct MintRequest {
  std::string name;
  ToolSurface tools = ToolSurface::kAuto;
  std::optional<Micros> expires_at = {};
  ScopePtr scope = {};
  std::string description = {};
};

class TokenService {
 public:
  TokenService(Database& db, CredentialIndex& index, const Clock& clock);

  // Loads the index and registers the appliers for "token" and "user". Once, at start.
  Result<void> start();

  // Mints a token for `owner`.
  // Errors: kInvalidArgument  name or description not as they must be (base/visible_text.h); expiry not in the future
  //         kNotFound         no such active user
  //         kLimit            the owner holds kMaxTokensPerUser already
  Result<MintedToken> mint(const UserId& owner, MintRequest request);
  // Kills the token. When this returns, no thread of this node accepts it.
  // Errors: kNotFound  no such active token, or not the actor's to revoke
  Result<void> revoke(const Actor& actor, const TokenId& id, std::string_view reason);
  // The same for many in one transaction; the number revoked. Ids of no active token are passed over.
  Result<std::int64_t> revoke_many(const Actor& actor, const std::vector<TokenId>& ids,
                                   std::string_view reason);
  Result<std::int64_t> revoke_all_of(const Actor& actor, const UserId& owner, std::string_view reason);
  // A new token of the same name, surface and scope; the old one ends now, or after `overlap_hours`.
  // Errors: as mint and revoke; kInvalidArgument  overlap outside 0 to kMaxRotateOverlapHours
  Result<MintedToken> rotate(const Actor& actor, const TokenId& id, int overlap_hours);
  // Errors: kNotFound  also for a token of another user, unless the actor is an admin
  Result<Token> get(const Actor& actor, const TokenId& id);
  // Of one user, or of everyone when `owner` is empty; newest first.
  Result<std::vector<Token>> list(const UserId& owner, bool active_only);

  // For admins. Like all that reads here, they write nothing, and show last uses that are not written yet.
  // Errors: kInvalidArgument  the cursor is none of this order
  Result<TokenPage> search(const TokenFilter& filter);
  // From kept counts.
  Result<TokenStats> stats();

  // Writes what CredentialIndex collected about last use. Every few seconds, and at shutdown.
  Result<void> flush_last_uses();
  // Files tokens that have expired under the ended ones. Every few seconds.
  Result<void> mark_expired();

 private:
  void follow(const Sha256Digest& digest, const Credential& credential, bool alive);

  Database& db_;
  CredentialIndex& index_;
  const Clock& clock_;
};

}  // namespace wick
