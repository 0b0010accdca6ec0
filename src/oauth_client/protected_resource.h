// AuthorizationServerDiscovery: finds the authorization server of an MCP server. The protected resource metadata of the
// MCP server (RFC 9728) names the authorization server. The metadata of that (RFC 8414, OpenID Connect Discovery) names
// the endpoints. The order is that of MCP 2025-11-25 and 2026-07-28 (basic/authorization, "Authorization Server
// Discovery").
//
// Nothing is cached. Discovery runs when a user connects an account and when a server refuses a token. Both are rare, and
// both need the current metadata. Thread-safe; coroutines of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "oauth_client/bearer_challenge.h"
#include "oauth_client/upstream_endpoint.h"

namespace wick::upstream {

struct AuthorizationServer {
  std::string issuer, authorization_endpoint, token_endpoint;
  std::string registration_endpoint, revocation_endpoint;  // empty: it has none
  std::vector<std::string> auth_methods;                   // of the token endpoint
  std::vector<std::string> scopes_supported;
  bool s256 = false;                // supports PKCE with S256 (RFC 7636)
  bool says_issuer = false;         // its authorization responses carry iss (RFC 9207)
  bool metadata_documents = false;  // a client_id may be the URL of a metadata document
};

struct ProtectedResource {
  std::string resource;  // the identifier of the server: the `resource` of every request (RFC 8707)
  std::vector<std::string> scopes_supported;
  AuthorizationServer server;
};

class AuthorizationServerDiscovery {
 public:
  explicit AuthorizationServerDiscovery(http::Client& http) : http_(http) {}

  // The challenge of the server to a request without a credential; empty when the server does not refuse the request.
  // Errors: those of http::Client
  http::Task<Result<BearerChallenge>> fetch_challenge(UpstreamEndpoint endpoint);
  // Errors: kUpstream  metadata is missing or invalid; the message names it;  and those of http::Client
  http::Task<Result<ProtectedResource>> find_resource(UpstreamEndpoint endpoint, BearerChallenge challenge);

 private:
  http::Task<Result<AuthorizationServer>> find_server(UpstreamEndpoint endpoint, std::string issuer);
  // The JSON object at `url`; absent when the answer is anything else.
  http::Task<Result<std::optional<boost::json::object>>> fetch_document(UpstreamEndpoint endpoint,
                                                                        std::string url, std::string issuer,
                                                                        std::string what);

  http::Client& http_;
};

// The addresses at which the metadata may be, in order.
std::vector<std::string> resource_metadata_urls(std::string_view url);
std::vector<std::string> server_metadata_urls(std::string_view issuer);
// Reads the metadata of an authorization server that was asked for under `issuer`.
// Errors: kUpstream  the metadata is of another issuer, or has no token endpoint
Result<AuthorizationServer> read_server_metadata(const boost::json::object& document,
                                                 std::string_view issuer);

}  // namespace wick::upstream
