// TokenService: creates, lists, rotates and revokes personal access tokens, and keeps the credential index up to date.
//
// Thread-safe. Every function that changes something is one database transaction, and has updated this node's
// CredentialIndex when it returns (db/database.h, "Change log"). All functions block: never call them on an io thread.
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
inline constexpr std::chrono::hours kMaxRotateOverlap{72};

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

  // Loads the index and registers the appliers for "token" and "user". Call it once, at start.
  Result<void> start();

  // Creates a token for `owner`.
  // Errors: kInvalidArgument  name or description are invalid (base/visible_text.h), or the expiry is not in the future
  //         kNotFound         there is no such active user
  //         kLimit            the owner has kMaxTokensPerUser tokens
  Result<MintedToken> mint(const UserId& owner, MintRequest request);
  // Revokes the token. When this returns, no thread of this node accepts it.
  // Errors: kNotFound  there is no such active token, or the actor may not revoke it
  Result<void> revoke(const Actor& actor, const TokenId& id, std::string_view reason);
  // Revokes several tokens in one transaction, and returns their number. Ids without an active token are ignored.
  Result<std::int64_t> revoke_many(const Actor& actor, const std::vector<TokenId>& ids,
                                   std::string_view reason);
  Result<std::int64_t> revoke_all_of(const Actor& actor, const UserId& owner, std::string_view reason);
  // Creates a token with the same name, surface and scope. The old token ends now, or after `overlap`.
  // Errors: those of mint() and revoke();  kInvalidArgument  `overlap` is not between 0 and kMaxRotateOverlap
  Result<MintedToken> rotate(const Actor& actor, const TokenId& id, std::chrono::hours overlap);
  // Errors: kNotFound  there is no such token, or it belongs to another user and the actor is no admin
  Result<Token> get(const Actor& actor, const TokenId& id);
  // Lists the tokens of one user, or of all users when `owner` is empty; newest first.
  Result<std::vector<Token>> list(const UserId& owner, bool active_only);

  // For admins. Contains the last uses that are not written yet, as all reading functions of this class.
  // Errors: kInvalidArgument  the cursor belongs to another order
  Result<TokenPage> search(const TokenFilter& filter);
  // Reads the stored counts.
  Result<TokenStats> stats();

  // Writes the last uses that CredentialIndex has collected. Called every few seconds, and at shutdown.
  Result<void> flush_last_uses();
  // Marks expired tokens as ended. Called every few seconds.
  Result<void> mark_expired();

 private:
  void follow(const Sha256Digest& digest, const Credential& credential, bool alive);

  Database& db_;
  CredentialIndex& index_;
  const Clock& clock_;
};

}  // namespace wick
