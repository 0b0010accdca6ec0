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
inline constexpr std::int64_t kMaxTokenSeconds = 10 * 365 * 86'400LL;

// Whether an error code that a server sent can be shown: up to 60 letters and underscores (RFC 6749 §4.1.2.1, §5.2). Anything
// else may hold the server's own text, and with it a token.
bool is_error_code(std::string_view code);

// Wick as a client of an authorization server.
struct ClientIdentity {
  std::string id;
  Secret secret;       // empty: a public client
  std::string method;  // of the token endpoint: none, client_secret_basic, client_secret_post
  ClientIdentity clone() const { return {id, secret.clone(), method}; }
};

// The preferred method that both sides support.
std::string auth_method_for(const std::vector<std::string>& supported, bool has_secret);

struct Tokens {
  Secret access, refresh;  // refresh: empty when none was given
  std::string scope;       // from the response; empty: the requested scope
  Micros expires_at = 0;   // 0: not given
};

struct TokenRefusal {
  enum class Of { kGrant, kClient, kOther };  // invalid_grant; invalid_client, unauthorized_client; anything
  Of of = Of::kOther;
  std::string message;  // contains the error code, and no other text of the server
};

using Form = std::vector<std::pair<std::string, std::string>>;

// The parts of a form that are not the client's: grant_type and what belongs to it. All arguments are owned.
http::Task<std::expected<Tokens, TokenRefusal>> request_tokens(http::Client& http, UpstreamEndpoint site,
                                                               std::string issuer, std::string token_endpoint,
                                                               ClientIdentity client, Form form, Micros now);

// Registers `metadata`. The identity, and when its secret ends (0: never).
// Errors: kUpstream  the server refuses it: with the error's code;  those of http::Client
http::Task<Result<std::pair<ClientIdentity, Micros>>> register_client(http::Client& http,
                                                                      UpstreamEndpoint site,
                                                                      AuthorizationServer server,
                                                                      boost::json::object metadata);

// Tells the server that the token is needed no more. Errors: kUpstream, those of http::Client
http::Task<Result<void>> revoke_token(http::Client& http, UpstreamEndpoint site, std::string issuer,
                                      std::string revocation_endpoint, ClientIdentity client, Secret token,
                                      std::string hint);

}  // namespace wick::upstream
