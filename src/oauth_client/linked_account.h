// A user's own account at a connected MCP server: what Wick holds of it. Values; no I/O.
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

// What the server takes from us for this user. Sealed as a whole, for its user and connector: whatever is
// known about a token is of no use at another place.
struct UpstreamGrant {
  Secret access;         // the access token, or the pasted key
  Secret refresh;        // empty: none was given
  std::string resource;  // where it may be sent: covers(resource, the connector's address)
  // For kOAuth: who gave it, and as whom.
  std::string issuer, token_endpoint, revocation_endpoint;
  ClientIdentity client;
  bool allow_private_addresses = false;  // for the revocation, which may outlive the connector
};

struct LinkedAccount {
  LinkedAccountKind kind = LinkedAccountKind::kOAuth;
  std::int64_t version = 0;  // another one after each change
  // Sets of scopes: asked for; given, as far as the server says; and asked for by the server since
  // (insufficient_scope), which only the user can add.
  std::string requested_scope, granted_scope, wanted_scope;
  std::string issuer;
  bool refused = false;  // the server did not take it when it was last used
  Micros connected_at = 0;
  Micros expires_at = 0;               // of the access token; 0: not known
  std::optional<UpstreamGrant> grant;  // nothing: it has ended
};

// Whether there is something to send at `now`: a token that lives, or can be renewed.
inline bool is_alive(const LinkedAccount& account, Micros now) {
  return account.grant &&
         (account.expires_at == 0 || account.expires_at > now || !account.grant->refresh.empty());
}

}  // namespace wick::upstream
