// AccountLinkingService: users connect their own accounts at MCP servers, and end that.
//
// Connecting is the authorization code flow with PKCE. What is begun is a row of the browser session that
// began it, found by the SHA-256 of its state and gone when it comes back: so an answer counts once, within
// ten minutes, in the session and for the user and the connector it was begun for. Everything that the answer
// is judged by (issuer, token endpoint, resource, client, PKCE verifier) stands sealed in that row, as the
// validated metadata said it before the browser left; nothing of it is taken from the answer. The answer's
// iss is compared before anything else of it is read (MCP 2026-07-28, "Authorization Response Validation").
//
// Disconnecting removes what is kept first, and tells the server afterwards (RFC 7009), as often as it takes
// but kMaxRevocationAttempts. Thread-safe; what is not a Task blocks.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/fair_pool.h"
#include "base/rate_limiter.h"
#include "oauth_client/upstream_credentials.h"

namespace wick::upstream {

inline constexpr Micros kConnectAge = 10 * 60 * kMicrosPerSecond;
inline constexpr std::int64_t kMaxPendingPerSession = 10;
inline constexpr int kConnectsPerHour = 200;  // of one user: each asks other servers

enum class LinkedAccountState {
  kNone,        // the user has linked no account
  kConnected,   // the account can be used
  kRefused,     // the server refused the account when it was last used
  kEnded,       // the credential has expired or cannot be sent to the connector's address
  kMoreAccess,  // the server asks for scopes that the user has not granted yet
};

// An account as its user may see it.
struct AccountView {
  LinkedAccountState state = LinkedAccountState::kNone;
  std::string issuer, scope, wanted_scope;
  Micros connected_at = 0;
};

// What came back to the callback.
struct ConnectAnswer {
  SessionId session;
  UserId user;
  std::string connector;  // of the address it came to; empty: the one for all
  std::string code, state, issuer, error;
};

enum class LinkingFailure {
  kExpired,      // no authorization with this state is pending in this browser session
  kWrongIssuer,  // the response came from another issuer or for another connector
  kDenied,       // the user did not consent
  kFailed,       // the authorization server answered with an error
  kUnavailable,  // this server could not read or store the account
};

// Why no account was linked. `reason` is for the log and contains no secret. `connector` is empty when it is not known.
struct ConnectRefusal {
  LinkingFailure failure = LinkingFailure::kFailed;
  std::string reason, connector;
};

class AccountLinkingService {
 public:
  AccountLinkingService(LinkedAccounts& accounts, ClientRegistrations& registrations,
                        UpstreamCredentials& authorization, const AccessStore& access, Database& db,
                        http::Client& http, FairPool& pool, const SealingKey& key, const Clock& clock);

  UpstreamCredentials& authorization() { return authorization_; }
  ClientRegistrations& registrations() { return registrations_; }

  // Where the browser goes to connect. Errors: kInvalidArgument  the connector does not use per-user accounts
  //   kRateLimited;  kForbidden  an admin has to do something first;  kUpstream, those of http::Client
  http::Task<Result<std::string>> begin(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                        SessionId session);
  // The connector's id.
  http::Task<std::expected<std::string, ConnectRefusal>> finish(ConnectAnswer answer);
  // Errors: kInvalidArgument  the connector takes no keys, or this cannot be one
  Result<void> put_key(const ConnectorEntry& connector, const UserId& user, std::string key);
  Result<AccountView> view(const ConnectorEntry& connector, const UserId& user);
  // Errors: kNotFound
  Result<void> disconnect(const ConnectorEntry& connector, const UserId& user);
  Result<std::int64_t> count(const ConnectorId& connector) { return accounts_.count(connector); }

  // Tells servers about grants that have ended, one after the other, until none is due or `stop`.
  http::Task<void> revoke_ended(std::function<bool()> stop);
  Result<void> purge();

 private:
  // What is remembered of an authorization that was begun.
  struct Pending {
    std::string redirect_uri, verifier, scope;
    bool says_issuer = false;
    UpstreamGrant grant;  // without tokens
  };
  std::string seal(const Pending& pending, std::string_view place) const;
  Result<Pending> open(std::string_view sealed, std::string_view place) const;
  // Takes the row of this state. Errors: kNotFound with the reason
  Result<std::pair<ConnectorId, Pending>> take(const ConnectAnswer& answer);

  LinkedAccounts& accounts_;
  ClientRegistrations& registrations_;
  UpstreamCredentials& authorization_;
  const AccessStore& access_;
  Database& db_;
  http::Client& http_;
  AuthorizationServerDiscovery discovery_;
  FairPool& pool_;
  const SealingKey& key_;
  const Clock& clock_;
  RateLimiter connects_{kConnectsPerHour, 3600 * kMicrosPerSecond / kConnectsPerHour};  // by user
};

}  // namespace wick::upstream
