// The HTTP endpoints of the authorization server: discovery, registration, authorize, device authorization, token, revoke,
// introspect. Issuer and addresses come from the configured public URL, never from the Host of a request.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/fair_pool.h"
#include "http/client.h"
#include "http/route_table.h"
#include "oauth/authorization_service.h"
#include "oauth/http_helpers.h"

namespace wick::oauth {

// Returns the session and the user of a request's cookie. Blocks. Errors: kUnauthenticated
using SignedIn = std::function<Result<std::pair<SessionId, UserId>>(const http::Request&)>;

class Endpoint {
 public:
  struct Dependencies {
    ClientService& clients;
    AuthorizationService& authorizations;
    GrantService& grants;
    DeviceService& devices;
    http::Client& http;
    FairPool& pool;
    const Clock& clock;
    const std::string& public_url;
    SignedIn signed_in;
    std::function<std::string(const UserId&)>
        name_of;  // a user's email, for introspection; empty: there is no such user
  };
  explicit Endpoint(Dependencies dependencies);

  // Registers /.well-known/oauth-… and /oauth/…. Before the server starts.
  void mount(http::RouteTable& routes);

 private:
  http::Task<http::Response> authorize(http::Exchange& exchange);
  // Finds the client. Fetches its metadata document when the stored one is too old.
  http::Task<Result<OAuthClient>> find_client(std::string client_id, std::string user);
  http::Response continue_authorize(const std::pair<SessionId, UserId>& session, const OAuthClient& client,
                                    const Parameters& parameters);
  http::Response register_client(const http::Request& request);
  // The endpoints that clients call directly (client_endpoint.cpp): the authenticated client and its form.
  struct ClientCall {
    OAuthClient client;
    Parameters form;
  };
  std::expected<ClientCall, http::Response> authenticate_client(const http::Request& request);
  http::Response token(const http::Request& request);
  http::Response device_token(const ClientCall& call, std::string_view user_agent);
  http::Response device_authorization(const http::Request& request);
  http::Response revoke(const http::Request& request);
  http::Response introspect(const http::Request& request);
  void mount_discovery(http::RouteTable& routes);
  boost::json::object resource_metadata(std::string_view name) const;
  http::Response connector_metadata(const http::Request& request) const;

  ClientService& clients_;
  AuthorizationService& authorizations_;
  GrantService& grants_;
  DeviceService& devices_;
  http::Client& http_;
  FairPool& pool_;
  const Clock& clock_;
  const std::string public_url_;
  SignedIn signed_in_;
  std::function<std::string(const UserId&)> name_of_;
};

}  // namespace wick::oauth
