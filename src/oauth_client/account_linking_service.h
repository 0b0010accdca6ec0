// AccountLinkingService: connects users' own accounts at MCP servers, and disconnects them.
//
// Connecting is the authorization code flow with PKCE. start_linking() stores a row for the browser session, under the SHA-256 of
// the state. finish() takes the row out. So a response counts once, within ten minutes, in the same session and for the
// same user and connector. The row contains, sealed, everything that the response is validated with: issuer, token
// endpoint, resource, client and PKCE verifier, from the metadata that was validated before the browser left. None of it
// is taken from the response. The iss of the response is compared before any other part of it is read (MCP 2026-07-28,
// "Authorization Response Validation").
//
// Disconnecting removes the stored account first, and revokes the grant at the server afterwards (RFC 7009), in at most
// kMaxRevocationAttempts attempts. Thread-safe; functions that are not a Task block.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/fair_pool.h"
#include "base/rate_limiter.h"
#include "oauth_client/upstream_credentials.h"

namespace wick::upstream {

inline constexpr std::chrono::minutes kConnectAge{10};
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

// The parameters of the request to the callback.
struct ConnectAnswer {
  SessionId session;
  UserId user;
  std::string connector;  // from the path of the callback; empty: the path for all connectors
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
  struct Dependencies {
    LinkedAccounts& accounts;
    ClientRegistrations& registrations;
    UpstreamCredentials& authorization;
    const AccessStore& access;
    Database& db;
    http::Client& http;
    FairPool& pool;
    const SealingKey& key;
    const Clock& clock;
  };
  explicit AccountLinkingService(Dependencies dependencies);

  UpstreamCredentials& authorization() { return authorization_; }
  ClientRegistrations& registrations() { return registrations_; }

  // Returns the address at which the browser continues. Errors: kInvalidArgument  the connector does not use per-user accounts
  //   kRateLimited;  kForbidden  an admin has to act first;  kUpstream, those of http::Client
  http::Task<Result<std::string>> start_linking(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                                SessionId session);
  // Returns the connector's id.
  http::Task<std::expected<std::string, ConnectRefusal>> finish(ConnectAnswer answer);
  // Errors: kInvalidArgument  the connector does not use per-user keys, or the key is invalid
  Result<void> put_key(const ConnectorEntry& connector, const UserId& user, std::string key);
  Result<AccountView> view(const ConnectorEntry& connector, const UserId& user);
  // Errors: kNotFound
  Result<void> disconnect(const ConnectorEntry& connector, const UserId& user);
  Result<std::int64_t> count(const ConnectorId& connector) { return accounts_.count(connector); }

  // Revokes the grants of disconnected accounts, one after the other, until none is due or `stop` returns true.
  http::Task<void> revoke_ended(std::function<bool()> stop);
  Result<void> purge();

 private:
  // An authorization that a browser has started.
  struct Pending {
    std::string redirect_uri, verifier, scope;
    bool says_issuer = false;
    UpstreamGrant grant;  // without tokens
  };
  static std::string authorization_url(const std::string& endpoint, const Pending& pending,
                                       const std::string& state, bool is_offline);
  std::string seal(const Pending& pending, std::string_view place) const;
  Result<Pending> open(std::string_view sealed, std::string_view place) const;
  // Takes out the row of this state. Errors: kNotFound  the message is the reason
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
  RateLimiter connects_{kConnectsPerHour,
                        std::chrono::microseconds(std::chrono::hours(1)) / kConnectsPerHour};  // by user
};

}  // namespace wick::upstream
