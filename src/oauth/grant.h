// Grants: a user's consent to one client, and the tokens issued under it. A grant is a family: every access
// and refresh token carries its id, so that ending it ends all of them (RFC 9700 §4.14.2).
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
inline constexpr Micros kCodeAge = 5 * 60 * kMicrosPerSecond;
inline constexpr Micros kAccessTokenAge = 3600 * kMicrosPerSecond;
inline constexpr Micros kRefreshTokenAge = 30 * kMicrosPerDay;  // of one that is not used
inline constexpr Micros kGrantAge = 180 * kMicrosPerDay;        // however often it is refreshed
inline constexpr std::int64_t kMaxGrantsPerUser = 500;          // living ones
inline constexpr std::int64_t kMaxRotatedPerGrant = 1000;       // whose replay is recognised
inline constexpr int kDefaultReplaySeconds = 30, kMaxReplaySeconds = 60;

// A credential's id is its grant's: streams, last use and history are of the connection, not of one access
// token.
struct Grant {
  TokenId id;
  UserId user;
  std::string client_id;
  ScopePtr scope;
  std::string oauth_scope;  // as the token response says it: "mcp:read mcp:write"
  std::string resource;     // the audience of its access tokens
  bool refreshes = true;
  Micros created_at = 0, expires_at = 0;
  std::optional<Micros> last_used_at = {}, revoked_at = {};
  std::string last_ip = {}, last_user_agent = {}, revoked_by = {}, revoked_reason = {};
};

// What a user has approved.
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
  Secret access_token, refresh_token;  // the second may be empty
  std::int64_t expires_in_seconds = 0;
  std::string oauth_scope;
  bool replayed = false;  // the pair that was issued a moment ago, again
};

}  // namespace wick
