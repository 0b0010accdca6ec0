// Requests to an authorization server: client authentication, tokens, registration and revocation (RFC 6749 §5, RFC 7591,
// RFC 7009). Stateless. Thread-safe; coroutines of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "base/time.h"
#include "http/client.h"
#include "http/field.h"
#include "oauth_client/protected_resource.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxTokenBytes = http::kMaxAccessTokenBytes;
inline constexpr std::chrono::days kMaxTokenLifetime{3650};

// Whether an error code of a server can be shown: up to 60 letters and underscores (RFC 6749 §4.1.2.1, §5.2). Any other text may
// contain a token.
bool is_error_code(std::string_view code);

// Wick as a client of an authorization server.
struct ClientIdentity {
  std::string id;
  Secret secret;       // empty: a public client
  std::string method;  // of the token endpoint: none, client_secret_basic, client_secret_post
  ClientIdentity clone() const { return {id, secret.clone(), method}; }
};

// The authentication method that Wick prefers among those that the server supports.
std::string auth_method_for(const std::vector<std::string>& supported, bool has_secret);

struct Tokens {
  Secret access, refresh;  // refresh: empty when none was given
  std::string scope;       // from the response; empty: the requested scope
  Micros expires_at = 0;   // 0: not given
};

struct TokenRefusal {
  enum class Reason {
    kGrant,
    kClient,
    kOther
  };  // invalid_grant; invalid_client, unauthorized_client; anything
  Reason reason = Reason::kOther;
  std::string message;  // contains the error code, and no other text of the server
};

using Form = std::vector<std::pair<std::string, std::string>>;

// Requests tokens. `form` has the grant_type and its parameters; the client's credentials are added.
http::Task<std::expected<Tokens, TokenRefusal>> request_tokens(http::Client& http, UpstreamEndpoint endpoint,
                                                               std::string issuer, std::string token_endpoint,
                                                               ClientIdentity client, Form form, Micros now);

// Registers a client with `metadata`. Returns its identity and the time when its secret expires (0: never).
// Errors: kUpstream  the server refuses; the message contains its error code;  those of http::Client
http::Task<Result<std::pair<ClientIdentity, Micros>>> register_client(http::Client& http,
                                                                      UpstreamEndpoint endpoint,
                                                                      AuthorizationServer server,
                                                                      boost::json::object metadata);

// Revokes the token at the server. Errors: kUpstream, those of http::Client
http::Task<Result<void>> revoke_token(http::Client& http, UpstreamEndpoint endpoint, std::string issuer,
                                      std::string revocation_endpoint, ClientIdentity client, Secret token,
                                      std::string hint);

}  // namespace wick::upstream
