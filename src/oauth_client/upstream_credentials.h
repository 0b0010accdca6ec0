// UpstreamCredentials: the credentials that Wick sends to a connected MCP server for a user, and their renewal after the
// server refuses one. Use it for each request as follows:
//
//   auto credential = co_await authorization.credential(connector, user);      // an error is for the caller
//   … send with credential->header: credential->value …
//   on 401 or 403: co_await authorization.refused(connector, user, credential->token, status, challenge,
//   again)
//     true: once more, from the top; false: the answer stands; an error is for the caller
//
// By the connector's `auth`: oauth_per_user and key_per_user (the user's own account, linked_accounts.h) and
// oauth_client_credentials (the connector's own token, kept in memory). Any other: nothing to show.
//
// Renewal. A token that has ended, or that the server refuses, is renewed by one flight at a time for each
// user and connector (single_flight.h). The flight reads the account again and does nothing when it is not
// the version that the caller found wanting: so callers who come late, or after a flight, start none for what
// has been done. Its result is written for that version only. Another node may renew at the same time; the
// later of the two is refused by a server that rotates, and the account then has to be connected again.
//
// A token goes only to the address it was made out for, and after a 401 only if the server still names the
// authorization server that gave it (MCP 2026-07-28, "Authorization Server Binding"). Tokens are in no error
// and no log. Thread-safe; coroutines of the io threads.
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

inline constexpr Micros kTokenExpirySkew =
    30 * kMicrosPerSecond;  // a token is renewed so long before it expires
inline constexpr Micros kDefaultTokenLifetime =
    300 * kMicrosPerSecond;  // of the connector's own token without expires_in

inline constexpr std::string_view kPerUserOAuth = "oauth_per_user";
inline constexpr std::string_view kPerUserKey = "key_per_user";
inline constexpr std::string_view kClientCredentials = "oauth_client_credentials";

// The account that each user needs of its own for this connector; nothing: none.
std::optional<LinkedAccountKind> account_kind_of(const ConnectorEntry& connector);

// Whether the fields that belong to these make sense together. Errors: kInvalidArgument with what to change
Result<void> check_oauth_config(const boost::json::object& config);

struct UpstreamCredential {
  std::string header, value;  // empty: nothing to send
  std::string token;          // what of it is secret
};

class UpstreamCredentials {
 public:
  UpstreamCredentials(LinkedAccounts& accounts, ClientRegistrations& registrations, const AccessStore& access,
                      http::Client& http, FairPool& pool, const SealingKey& key, const Clock& clock,
                      const std::string& public_url);

  // Errors: kForbidden  the user has to connect an account first, at connect_url(), or another person has to act; the
  //                     message says how
  //         kUpstream   the authorization server does not answer as it should;  and those of http::Client
  http::Task<Result<UpstreamCredential>> credential(std::shared_ptr<const ConnectorEntry> connector,
                                                    UserId user);
  // Handles the refusal of a request that carried `used_token`. Whether to make the request again; never when `again`, for
  // a request that was refused before. `www_authenticate` contains all challenges. Errors: as credential()
  http::Task<Result<bool>> refused(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                   std::string used_token, int status, std::string www_authenticate,
                                   bool again);
  std::string connect_url(const ConnectorId& connector) const;

 private:
  struct OwnToken {
    std::string fingerprint;  // of the configuration it was given for
    Secret token;
    std::string scope;
    Micros ends_at = 0;
  };

  http::Task<Result<UpstreamCredential>> own_token(std::shared_ptr<const ConnectorEntry> connector);
  http::Task<Result<void>> fetch_own_token(std::shared_ptr<const ConnectorEntry> connector,
                                           std::string stale_token, std::string more_scope);
  // Runs in a single flight. `confirm`: checks first that the server still names the issuer of the token.
  http::Task<Result<void>> renew(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                 std::int64_t version, bool confirm, BearerChallenge challenge);
  http::Task<Result<void>> renew_in_flight(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                           std::int64_t version, bool confirm, BearerChallenge challenge);
  http::Task<Result<std::optional<LinkedAccount>>> find(std::shared_ptr<const ConnectorEntry> connector,
                                                        UserId user);
  // Records the refusal in the account, and returns the error for the caller.
  http::Task<Error> still_refused(std::shared_ptr<const ConnectorEntry> connector, UserId user);
  Error must_connect(const ConnectorEntry& connector) const;
  Error must_reconnect(const ConnectorEntry& connector) const;
  Result<ClientIdentity> client_of(const ConnectorEntry& connector, const UpstreamGrant& grant) const;

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
  // The connectors' own tokens, by connector; whole values, under a mutex that is not held while waiting.
  std::mutex mutex_;
  std::unordered_map<std::string, OwnToken> own_tokens_;
};

}  // namespace wick::upstream
