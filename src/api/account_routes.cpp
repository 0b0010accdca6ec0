// Set-up, sign-in, sessions, the signed-in user, and what a credential may ask about itself.
#include "access/snapshot.h"
#include "api/api.h"
#include "api/request_fields.h"
#include "api/user_view.h"
#include "identity/link_service.h"
#include "identity/oidc_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "oauth/client_service.h"
#include "oauth/grant_service.h"
#include "tokens/authenticator.h"
#include "tokens/token_service.h"

namespace wick::api {
namespace {

Result<Reply> get_instance(Context& context) {
  WICK_TRY(required, context.services.links.setup_required());
  json::object out;
  out["name"] = "Wick";
  out["version"] = WICK_VERSION;
  out["setup_required"] = required;
  out["public_url"] = context.services.public_url;
  out["mcp_url"] = context.services.public_url + "/mcp";
  out["min_password_length"] = kMinPasswordLength;
  out["password_sign_in"] = context.services.password_sign_in;
  out["oidc"] = nullptr;
  if (const OidcOptions& oidc = context.services.oidc.options(); oidc.enabled()) {
    json::object provider;
    provider["name"] = oidc.name;
    out["oidc"] = std::move(provider);
  }
  return Reply{200, std::move(out)};
}

std::string_view user_agent(const Context& context) {
  return context.request.header("user-agent").value_or("");
}

Result<Reply> set_up(Context& context) {
  WICK_CHECK(only_fields(context.body, {"token", "email", "name", "password"}));
  WICK_TRY(token, required_string(context.body, "token"));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(user,
           context.services.links.set_up(token, {email, name, Role::kAdmin}, Secret(std::move(password))));
  WICK_TRY(made, context.services.sessions.open_for(user.id, context.request.remote_address,
                                                    user_agent(context), SignInMethod::kPassword));
  return signed_in(context, made);
}

Result<Reply> sign_in(Context& context) {
  if (!context.services.password_sign_in)
    return fail(ErrorCode::kForbidden, "Signing in by password is off on this server: use the provider.");
  WICK_CHECK(only_fields(context.body, {"email", "password"}));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(made, context.services.sessions.sign_in(email, Secret(std::move(password)),
                                                   context.request.remote_address, user_agent(context)));
  return signed_in(context, made);
}

Result<Reply> get_session(Context& context) {
  return Reply{200, session_view(*context.snapshot, context.session)};
}

Result<Reply> sign_out(Context& context) {
  WICK_CHECK(context.services.sessions.end(context.session.id));
  return Reply{204, nullptr, {{"Set-Cookie", set_cookie(context.services.public_url, "")}}};
}

Result<Reply> list_sessions(Context& context) {
  WICK_TRY(sessions, context.services.sessions.list(context.user->id));
  json::array items;
  for (const BrowserSession& session : sessions) items.push_back(session_info(session, context.session.id));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> revoke_session(Context& context) {
  WICK_TRY(id, parse_id<SessionId>(context.path("id"), "sign-in"));
  WICK_CHECK(context.services.sessions.revoke(context.user->id, id));
  return Reply{204, nullptr};
}

Result<Reply> update_me(Context& context) {
  WICK_CHECK(only_fields(context.body, {"name"}));
  UserPatch patch;
  WICK_TRY(name, required_string(context.body, "name"));
  patch.name = name;
  WICK_CHECK(context.services.users.update(context.user->id.str(), std::move(patch)));
  const auto snapshot = context.services.access.snapshot();
  const UserEntry* user = snapshot->user(context.user->id);
  return Reply{200, me(*snapshot, user == nullptr ? *context.user : *user)};
}

Result<Reply> change_password(Context& context) {
  WICK_CHECK(only_fields(context.body, {"current", "new", "end_connections"}));
  WICK_TRY(current, required_string(context.body, "current"));
  WICK_TRY(next, required_string(context.body, "new"));
  WICK_TRY(ends, optional_bool(context.body, "end_connections"));
  WICK_CHECK(context.services.sessions.change_password(context.session, Secret(std::move(current)),
                                                       Secret(std::move(next)), ends.value_or(true)));
  return Reply{204, nullptr};
}

Result<Reply> get_invite(Context& context) {
  WICK_TRY(info, context.services.links.find(context.path("token")));
  json::object out;
  out["email"] = info.user.email;
  out["name"] = info.user.name;
  out["purpose"] = info.purpose == LinkPurpose::kInvite ? "invite" : "reset";
  return Reply{200, std::move(out)};
}

Result<Reply> accept_invite(Context& context) {
  WICK_CHECK(only_fields(context.body, {"password", "name"}));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(name, optional_string(context.body, "name"));
  WICK_TRY(user, context.services.links.accept(context.path("token"), name, Secret(std::move(password))));
  WICK_TRY(made, context.services.sessions.sign_in_by_link(user.id, context.request.remote_address,
                                                           user_agent(context)));
  return signed_in(context, made);
}

// T16: by session or by token, so it does its own admission.
http::Response whoami(Services& services, const http::Request& request) {
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
    auto context = admit(services, request, Access::kSession);
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

void mount_account(Api& api) {
  api.route("GET", "/instance", Access::kPublic, get_instance);
  api.route("POST", "/setup", Access::kPublic, set_up, http::Workers::kPasswords);
  api.route("GET", "/session", Access::kBeforeEnrolment, get_session);
  api.route("POST", "/session", Access::kPublic, sign_in, http::Workers::kPasswords);
  api.route("DELETE", "/session", Access::kBeforeEnrolment, sign_out);
  api.route("GET", "/sessions", Access::kSession, list_sessions);
  api.route("DELETE", "/sessions/{id}", Access::kSession, revoke_session);
  api.route("PATCH", "/me", Access::kSession, update_me);
  api.route("PUT", "/me/password", Access::kSession, change_password, http::Workers::kPasswords);
  api.route("GET", "/invites/{token}", Access::kPublic, get_invite);
  api.route("POST", "/invites/{token}", Access::kPublic, accept_invite, http::Workers::kPasswords);
  api.server().route_blocking(
      "GET", "/api/v1/whoami",
      [&services = api.services()](const http::Request& request) { return whoami(services, request); });
}

}  // namespace wick::api
