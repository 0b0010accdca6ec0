// The routes of identity: set-up, sign-in and sessions, second factor, sign-in by a provider; users and tags for admins.
#pragma once

#include <string>

#include "api/api.h"
#include "identity/session_service.h"

namespace wick {

class LinkService;
class OidcService;
class TagService;
class UserService;

namespace api {

// All of it must outlive the routes.
struct IdentityRouteServices {
  const AccessStore& access;
  const http::OriginPolicy& origins;
  TagService& tags;
  UserService& users;
  LinkService& links;
  SecondFactorService& second_factors;
  SessionService& sessions;
  OidcService& oidc;
  const std::string& public_url;  // scheme, host and port, no slash at the end
  bool password_sign_in;
};

void mount_account(Api& api, const IdentityRouteServices& services);
void mount_second_factor(Api& api, const IdentityRouteServices& services);
void mount_oidc(Api& api, const IdentityRouteServices& services);
void mount_users(Api& api, const IdentityRouteServices& services);

// 201: the session in a cookie, and who is signed in. 202: the second factor is asked for.
Reply signed_in(const IdentityRouteServices& services, const NewBrowserSession& made);
Reply signed_in(const IdentityRouteServices& services, const SignIn& made);

}  // namespace api
}  // namespace wick
