// The authorization server's HTTP: discovery, registration, authorize, token, revoke. Issuer and addresses
// come from the configured public URL alone, never from a request's Host.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "http/client.h"
#include "http/server.h"
#include "oauth/authorization_service.h"

namespace wick::oauth {

inline constexpr std::size_t kMaxFormBytes = 16 * 1024;

// Who is signed in with this request's cookie. Blocks. Errors: kUnauthenticated
using SignedIn = std::function<Result<std::pair<SessionId, UserId>>(const http::Request&)>;

class Endpoint {
 public:
  Endpoint(ClientService& clients, AuthorizationService& authorizations, GrantService& grants,
           http::Client& http, boost::asio::thread_pool& pool, const Clock& clock,
           const std::string& public_url, SignedIn signed_in);

  // Registers /.well-known/oauth-… and /oauth/…. Before the server starts.
  void mount(http::Server& server);

 private:
  http::Task<http::Response> authorize(http::Exchange& exchange);
  // The client, its metadata document fetched when what is kept is too old.
  http::Task<Result<OAuthClient>> resolve(std::string client_id);
  http::Response continue_authorize(const std::pair<SessionId, UserId>& session, const OAuthClient& client,
                                    const std::map<std::string, std::string, std::less<>>& parameters);
  http::Response token(const http::Request& request);
  http::Response revoke(const http::Request& request);
  http::Response register_client(const http::Request& request);

  ClientService& clients_;
  AuthorizationService& authorizations_;
  GrantService& grants_;
  http::Client& http_;
  boost::asio::thread_pool& pool_;
  const Clock& clock_;
  const std::string public_url_;
  SignedIn signed_in_;
};

}  // namespace wick::oauth
