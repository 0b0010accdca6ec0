// Grants: a user's consent to one client, and the tokens that were issued under it. Every access and refresh token carries the
// id of its grant, so ending the grant ends all of them (RFC 9700 §4.14.2).
#pragma once

#include <optional>
#include <string>

#include "access/scope.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"

namespace wick {

inline constexpr std::string_view kAccessTokenPrefix = "wick_oat_";
inline constexpr std::string_view kRefreshTokenPrefix = "wick_ort_";
inline constexpr std::chrono::minutes kCodeAge{5};
inline constexpr std::chrono::hours kAccessTokenAge{1};
inline constexpr std::chrono::days kRefreshTokenAge{30};   // without use
inline constexpr std::chrono::days kGrantAge{180};         // even when it is refreshed
inline constexpr std::int64_t kMaxGrantsPerUser = 500;     // that have not ended
inline constexpr std::int64_t kMaxRotatedPerGrant = 1000;  // rotated refresh tokens whose reuse is detected
inline constexpr int kDefaultReplaySeconds = 30, kMaxReplaySeconds = 60;

// The id of the grant is the id of its credentials: streams, last use and history belong to the connection, not to one access
// token.
struct Grant {
  TokenId id;
  UserId user;
  std::string client_id;
  ScopePtr scope;
  std::string oauth_scope;  // as in the token response: "mcp:read mcp:write"
  std::string resource;     // the audience of its access tokens
  bool refreshes = true;
  Micros created_at = 0, expires_at = 0;
  std::optional<Micros> last_used_at = {}, revoked_at = {};
  std::string last_ip = {}, last_user_agent = {}, revoked_by = {}, revoked_reason = {};
};

// The request that a user has approved.
struct Approval {
  UserId user;
  std::string client_id, redirect_uri, code_challenge, oauth_scope, resource;
  ScopePtr scope = {};
  bool refreshes = true;
};

struct CodeExchange {
  std::string code, client_id, redirect_uri, code_verifier, resource, user_agent;
};
struct RefreshRequest {
  std::string refresh_token, client_id, scope, resource, user_agent;
};

struct TokenPair {
  Secret access_token, refresh_token;  // refresh_token may be empty
  std::chrono::seconds expires_in{0};  // of the access token
  std::string oauth_scope;
  bool replayed = false;  // the pair that was issued for the first use of the refresh token
};

}  // namespace wick
