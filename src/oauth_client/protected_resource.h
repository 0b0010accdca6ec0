// AuthorizationServerDiscovery: how a server is protected. Its protected resource metadata (RFC 9728) names the authorization
// server, whose own metadata (RFC 8414, OpenID Connect AuthorizationServerDiscovery) names the endpoints. As the MCP
// specification of 2025-11-25 and 2026-07-28 orders it (basic/authorization, "UpstreamCredentials Server
// AuthorizationServerDiscovery").
//
// Nothing is kept: it is asked when somebody connects and when a server refuses a token, which are rare, and
// what it says must be of now. Thread-safe; coroutines of the io threads.
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
  bool s256 = false;                // it says that it knows PKCE with S256 (RFC 7636)
  bool says_issuer = false;         // its authorization responses carry iss (RFC 9207)
  bool metadata_documents = false;  // a client_id may be the URL of a metadata document
};

struct ProtectedResource {
  std::string resource;  // what the server calls itself: the `resource` of every request (RFC 8707)
  std::vector<std::string> scopes_supported;
  AuthorizationServer server;
};

class AuthorizationServerDiscovery {
 public:
  explicit AuthorizationServerDiscovery(http::Client& http) : http_(http) {}

  // What the server answers to a request without a credential; empty when it does not refuse that.
  // Errors: those of http::Client
  http::Task<Result<BearerChallenge>> ask(UpstreamEndpoint site);
  // Errors: kUpstream with whose metadata is missing or unsound, and those of http::Client
  http::Task<Result<ProtectedResource>> find(UpstreamEndpoint site, BearerChallenge challenge);

 private:
  http::Task<Result<AuthorizationServer>> find_server(UpstreamEndpoint site, std::string issuer);
  // The JSON object at `url`; absent when the answer is anything else.
  http::Task<Result<std::optional<boost::json::object>>> document(UpstreamEndpoint site, std::string url,
                                                                  std::string issuer, std::string what);

  http::Client& http_;
};

// Where the metadata of a server at `url` may be, in order.
std::vector<std::string> resource_metadata_urls(std::string_view url);
std::vector<std::string> server_metadata_urls(std::string_view issuer);
// Reads the metadata of an authorization server that was asked for under `issuer`.
// Errors: kUpstream  it is another's, or lacks what every use of it needs
Result<AuthorizationServer> read_server(const boost::json::object& document, std::string_view issuer);

}  // namespace wick::upstream
