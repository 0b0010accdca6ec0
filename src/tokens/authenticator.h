// Authenticator: the bearer credential of a request, from memory alone.
//
// T15: malformed, unknown, revoked and expired credentials, and those of users who are not active, get the
// same answer after the same work: every value is hashed and looked up. RFC 6750 §3: no `error` when no
// credential was sent. Credentials in the query string are refused (RFC 6750 §2.3 discourages them; they end
// up in logs). `resource` is the name of the one that is asked (tokens/resource.h): the challenge leads to its
// metadata (RFC 9728 §5.1), and a token for one connector is good there alone (RFC 8707 §2.2). Thread-safe.
#pragma once

#include <expected>
#include <string>

#include "http/message.h"
#include "tokens/credential_index.h"

namespace wick {

// The scopes an OAuth client can ask for: to call what only reads, and to call the rest too.
inline constexpr std::string_view kReadScope = "mcp:read";
inline constexpr std::string_view kWriteScope = "mcp:write";
inline constexpr std::string_view kOfflineScope = "offline_access";  // to refresh
inline bool is_known_scope(std::string_view scope) {
  return scope == kReadScope || scope == kWriteScope || scope == kOfflineScope;
}

struct Principal {
  Credential credential;
  Sha256Digest digest{};
};

class Authenticator {
 public:
  // `public_url` is where clients find this server, without a slash at the end.
  Authenticator(CredentialIndex& index, const Clock& clock, const std::string& public_url);

  // The principal, or the response that refuses: 401, or 400 for a credential in the wrong place.
  std::expected<Principal, http::Response> authenticate(const http::Request& request,
                                                        std::string_view resource = {}) const;
  bool still_valid(const Principal& principal) const {
    return index_.is_live(principal.digest, clock_.now());
  }
  // The 403 that asks an OAuth client to come back with more scope (RFC 6750 §3.1).
  http::Response insufficient_scope(const std::string& message, std::string_view resource = {}) const;
  // The 401 for a credential that is no longer good.
  http::Response invalid_token(std::string_view resource = {}) const;

 private:
  // A WWW-Authenticate value (RFC 6750 §3, RFC 9728 §5.1); `error`: empty when there was no credential.
  std::string challenge(std::string_view error, std::string_view resource) const;

  CredentialIndex& index_;
  const Clock& clock_;
  const std::string public_url_;
};

}  // namespace wick
