// The routes of the authorization server in the API: consent, connections, apps, and what a credential may ask about
// itself.
#pragma once

#include "api/api.h"
#include "base/time.h"

namespace wick {

class Authenticator;
class AuthorizationService;
class ClientService;
class GrantService;
class RateLimiter;
class RunLog;
class TokenService;

namespace api {

// All of it must outlive the routes.
struct OAuthRouteServices {
  const AccessStore& access;
  ClientService& clients;
  AuthorizationService& authorizations;
  GrantService& grants;
  TokenService& tokens;
  Authenticator& authenticator;
  RateLimiter& user_code_guesses;  // by user
  RunLog& runs;
  const Clock& clock;
};

void mount_connections(Api& api, const OAuthRouteServices& services);
void mount_oauth_clients(Api& api, const OAuthRouteServices& services);
void mount_whoami(Api& api, const OAuthRouteServices& services);

}  // namespace api
}  // namespace wick
