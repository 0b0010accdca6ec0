// What a credential may ask about itself.
#include "access/snapshot.h"
#include "api/references.h"
#include "base/json.h"
#include "oauth/client_service.h"
#include "oauth/grant_service.h"
#include "oauth/oauth_routes.h"
#include "tokens/authenticator.h"
#include "tokens/token_service.h"

namespace wick::api {
namespace {

// By session or by token, so it does its own admission.
http::Response whoami(const Api& api, const OAuthRouteServices& services, const http::Request& request) {
  const auto snapshot = services.access.snapshot();
  json::object out, credential;
  UserId id;
  ScopePtr scope;
  out["expires_at"] = nullptr;
  if (request.header("authorization")) {
    auto principal = services.authenticator.authenticate(request);
    if (!principal) return std::move(principal.error());
    id = principal->credential.user;
    const auto token = services.tokens.get({id, false}, principal->credential.id);
    credential["id"] = principal->credential.id.str();
    scope = principal->credential.scope;
    credential["kind"] = credential_kind_name(principal->credential.kind);
    credential["tools"] = tools_name(principal->credential.tools);
    if (principal->credential.kind == CredentialKind::kOAuth) {
      out["expires_at"] = format_rfc3339(Micros(principal->credential.expires_at) * kMicrosPerSecond);
      const auto grant = services.grants.get({id, false}, principal->credential.id);
      const auto client = grant ? services.clients.get(grant->client_id) : Result<OAuthClient>(OAuthClient());
      if (client) credential["name"] = client->metadata.name;
    }
    if (token) {
      credential["name"] = token->name;
      out["expires_at"] = time_or_null(token->expires_at);
    }
  } else {
    auto context = api.admit(request, Access::kSession);
    if (!context) return to_response(context.error(), request.request_id);
    id = context->user->id;
    credential["id"] = context->session.id.str();
    credential["kind"] = credential_kind_name(CredentialKind::kSession);
    out["expires_at"] = format_rfc3339(context->session.expires_at);
  }
  out["user"] = user_ref(*snapshot, id);
  const UserEntry* user = snapshot->user(id);
  out["role"] = user == nullptr ? "" : role_name(user->role);
  out["credential"] = std::move(credential);
  out["scope"] = scope_json(scope);
  out["limits"] = json::object();
  return to_response(Reply{200, std::move(out)});
}

}  // namespace

void mount_whoami(Api& api, const OAuthRouteServices& services) {
  api.routes().route_blocking("GET", "/api/v1/whoami", [&api, services](const http::Request& request) {
    return whoami(api, services, request);
  });
}

}  // namespace wick::api
