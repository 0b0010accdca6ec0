// Authenticator: checks the bearer credential of a request, in memory only.
//
// Malformed, unknown, revoked and expired credentials, and credentials of users who are not active, get the same response
// after the same work: every value is hashed and looked up. Without a credential, the challenge contains no `error` (RFC
// 6750 §3). Credentials in the query string are refused, because URLs are logged (RFC 6750 §2.3). `resource` is the name of
// the requested resource (tokens/resource.h): the challenge names its metadata (RFC 9728 §5.1), and a token for one
// connector is valid for that connector only (RFC 8707 §2.2). Thread-safe.
#pragma once

#include <expected>
#include <string>

#include "http/message.h"
#include "tokens/credential_index.h"

namespace wick {

// The scopes that an OAuth client can request: read-only operations, and all operations.
inline constexpr std::string_view kReadScope = "mcp:read";
inline constexpr std::string_view kWriteScope = "mcp:write";
inline constexpr std::string_view kOfflineScope = "offline_access";  // for a refresh token
inline bool is_known_scope(std::string_view scope) {
  return scope == kReadScope || scope == kWriteScope || scope == kOfflineScope;
}

struct Principal {
  Credential credential;
  Sha256Digest digest{};
};

class Authenticator {
 public:
  // `public_url` is the address of this server, without a slash at the end.
  Authenticator(CredentialIndex& index, const Clock& clock, const std::string& public_url);

  // Returns the principal, or the response that refuses: 401, or 400 for a credential in the query string.
  std::expected<Principal, http::Response> authenticate(const http::Request& request,
                                                        std::string_view resource = {}) const;
  bool still_valid(const Principal& principal) const {
    return index_.is_live(principal.digest, clock_.now());
  }
  // The 403 that tells an OAuth client to request more scope (RFC 6750 §3.1).
  http::Response insufficient_scope(const std::string& message, std::string_view resource = {}) const;
  // The 401 for a credential that is not valid any more.
  http::Response invalid_token(std::string_view resource = {}) const;

 private:
  // A WWW-Authenticate value (RFC 6750 §3, RFC 9728 §5.1). `error` is empty when the request has no credential.
  std::string challenge(std::string_view error, std::string_view resource) const;

  CredentialIndex& index_;
  const Clock& clock_;
  const std::string public_url_;
};

}  // namespace wick
