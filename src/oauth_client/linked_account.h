// A user's own account at a connected MCP server, as Wick stores it. Values; no I/O.
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"
#include "oauth_client/token_endpoint.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxUserKeyBytes = 4096;  // of a pasted key

enum class LinkedAccountKind { kOAuth, kKey };

// The credentials of the account. They are sealed together and bound to user and connector, so they cannot be opened for
// another user or connector.
struct UpstreamGrant {
  Secret access;         // the access token, or the pasted key
  Secret refresh;        // empty: there is none
  std::string resource;  // covers() every address to which the token may be sent
  // For kOAuth: the authorization server and the client of the grant.
  std::string issuer, token_endpoint, revocation_endpoint;
  ClientIdentity client;
  bool allow_private_addresses = false;  // for the revocation, which may outlive the connector
};

struct LinkedAccount {
  LinkedAccountKind kind = LinkedAccountKind::kOAuth;
  std::int64_t version = 0;  // changes with each change of the account
  // Sets of scopes: requested by Wick; granted, when the server has said so; and demanded by the server since then
  // (insufficient_scope), which need the user's consent.
  std::string requested_scope, granted_scope, wanted_scope;
  std::string issuer;
  bool refused = false;  // the server refused the account when it was last used
  Micros connected_at = 0;
  Micros expires_at = 0;               // of the access token; 0: not known
  std::optional<UpstreamGrant> grant;  // nullopt: the grant has ended
};

// Whether the account can be used at `now`: its token is valid or can be renewed.
inline bool is_alive(const LinkedAccount& account, Micros now) {
  return account.grant &&
         (account.expires_at == 0 || account.expires_at > now || !account.grant->refresh.empty());
}

}  // namespace wick::upstream
