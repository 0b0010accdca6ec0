// Authenticator: the bearer credential of a request, from memory alone.
//
// T15: malformed, unknown, revoked and expired credentials, and those of users who are not active, get the
// same answer after the same work: every value is hashed and looked up. RFC 6750 §3: no `error` when no
// credential was sent. Credentials in the query string are refused (RFC 6750 §2.3 discourages them; they end
// up in logs). Thread-safe.
#pragma once

#include <expected>
#include <string>

#include "http/message.h"
#include "tokens/credential_index.h"

namespace wick {

// The scopes an OAuth client can ask for: to call what only reads, and to call the rest too.
inline constexpr std::string_view kReadScope = "mcp:read";
inline constexpr std::string_view kWriteScope = "mcp:write";

struct Principal {
  Credential credential;
  Sha256Digest digest{};
};

class Authenticator {
 public:
  // `public_url` is where clients find this server, without a slash at the end.
  Authenticator(CredentialIndex& index, const Clock& clock, const std::string& public_url);

  // The principal, or the response that refuses: 401, or 400 for a credential in the wrong place.
  std::expected<Principal, http::Response> authenticate(const http::Request& request) const;
  bool still_valid(const Principal& principal) const {
    return index_.is_live(principal.digest, clock_.now());
  }
  // The 403 that asks an OAuth client to come back with more scope (RFC 6750 §3.1).
  http::Response insufficient_scope(const std::string& message) const;
  // The 401 for a credential that is no longer good.
  http::Response invalid_token() const;

 private:
  CredentialIndex& index_;
  const Clock& clock_;
  std::string missing_, invalid_, misplaced_, insufficient_;  // WWW-Authenticate values
};

}  // namespace wick
