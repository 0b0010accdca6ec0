// UpstreamCredentials: the credentials that Wick sends to a connected MCP server for a user, and their renewal after the
// server refuses one. Use it for each request as follows:
//
//   auto credential = co_await credentials.credential(connector, user);      // an error is for the caller
//   … send with credential->header: credential->value …
//   on 401 or 403:
//     co_await credentials.refused(connector, user, credential->token, status, challenge, again)
//     true: repeat from the top; false: the response stands; an error is for the caller
//
// The connector's `auth` decides: oauth_per_user and key_per_user use the user's own account (linked_accounts.h), and
// oauth_client_credentials uses the connector's token, which is kept in memory. Any other value needs no credential from here.
//
// Renewal. A token that has expired or that the server refuses is renewed by one flight at a time for each user and connector
// (single_flight.h). The flight reads the account again, and does nothing when the account has another version than the
// caller has used. So late callers do not repeat a renewal. The result is stored only when the account still has that version.
// When another node renews the token at the same time, a server that rotates tokens refuses the later request, and the user
// has to connect the account again.
//
// A token is only sent to the address for which it was issued. After a 401, it is renewed only when the server still names
// the authorization server that issued it (MCP 2026-07-28, "Authorization Server Binding"). Errors and logs contain no tokens.
// Thread-safe; coroutines of the io threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "access/snapshot.h"
#include "base/fair_pool.h"
#include "oauth_client/client_registrations.h"
#include "oauth_client/linked_accounts.h"
#include "oauth_client/single_flight.h"

namespace wick::upstream {

// A token is renewed this long before it expires.
inline constexpr std::chrono::seconds kTokenExpirySkew{30};
// The lifetime of the connector's own token when the response has no expires_in.
inline constexpr std::chrono::minutes kDefaultTokenLifetime{5};

inline constexpr std::string_view kPerUserOAuth = "oauth_per_user";
inline constexpr std::string_view kPerUserKey = "key_per_user";
inline constexpr std::string_view kClientCredentials = "oauth_client_credentials";

// The kind of account that each user needs for this connector; nullopt: none.
std::optional<LinkedAccountKind> account_kind_of(const ConnectorEntry& connector);

// Checks that the fields for authentication fit together. Errors: kInvalidArgument  the message says what to change
Result<void> check_oauth_config(const boost::json::object& config);

struct UpstreamCredential {
  std::string header, value;  // empty: nothing to send
  std::string token;          // the secret part of `value`
};

class UpstreamCredentials {
 public:
  struct Dependencies {
    LinkedAccounts& accounts;
    ClientRegistrations& registrations;
    const AccessStore& access;
    http::Client& http;
    FairPool& pool;
    const SealingKey& key;
    const Clock& clock;
    const std::string& public_url;
  };
  explicit UpstreamCredentials(Dependencies dependencies);

  // Errors: kForbidden  the user has to connect an account at connect_url(), or another person has to act; the message says how
  //         kUpstream   the response of the authorization server is invalid
  //         and those of http::Client
  http::Task<Result<UpstreamCredential>> credential(std::shared_ptr<const ConnectorEntry> connector,
                                                    UserId user);
  // Handles the refusal of a request with `used_token`. Returns whether to repeat the request. `again`: the request was a repeated
  // one, so the result is false. `www_authenticate` contains all challenges. Errors: as credential()
  http::Task<Result<bool>> refused(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                   std::string used_token, int status, std::string www_authenticate,
                                   bool again);
  std::string connect_url(const ConnectorId& connector) const;

 private:
  struct OwnToken {
    std::string fingerprint;  // of the configuration for which it was issued
    Secret token;
    std::string scope;
    Micros ends_at = 0;
  };

  http::Task<Result<UpstreamCredential>> own_token(std::shared_ptr<const ConnectorEntry> connector);
  http::Task<Result<void>> fetch_own_token(std::shared_ptr<const ConnectorEntry> connector,
                                           std::string stale_token, std::string more_scope);
  // Runs in a single flight. `confirm`: first checks that the server still names the issuer of the token.
  http::Task<Result<void>> renew(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                 std::int64_t version, bool confirm, BearerChallenge challenge);
  http::Task<Result<void>> renew_in_flight(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                           std::int64_t version, bool confirm, BearerChallenge challenge);
  http::Task<Result<std::optional<LinkedAccount>>> find(std::shared_ptr<const ConnectorEntry> connector,
                                                        UserId user);
  // Records the refusal in the account, and returns the error for the caller.
  http::Task<Error> record_refusal_by_server(std::shared_ptr<const ConnectorEntry> connector, UserId user);
  Error must_connect(const ConnectorEntry& connector) const;
  Error must_reconnect(const ConnectorEntry& connector) const;
  Result<ClientIdentity> client_for(const ConnectorEntry& connector, const UpstreamGrant& grant) const;

  LinkedAccounts& accounts_;
  ClientRegistrations& registrations_;
  const AccessStore& access_;
  http::Client& http_;
  AuthorizationServerDiscovery discovery_;
  FairPool& pool_;
  const SealingKey& key_;
  const Clock& clock_;
  const std::string public_url_;
  SingleFlight flights_;
  // The connectors' own tokens, by connector. The mutex is not held while waiting.
  std::mutex mutex_;
  std::unordered_map<std::string, OwnToken> own_tokens_;
};

}  // namespace wick::upstream
