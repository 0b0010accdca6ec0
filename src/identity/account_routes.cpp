// Set-up, sign-in, sessions, the signed-in user.
#include "access/snapshot.h"
#include "api/request_fields.h"
#include "identity/identity_routes.h"
#include "identity/link_service.h"
#include "identity/oidc_service.h"
#include "identity/session_cookie.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "identity/user_view.h"

namespace wick::api {
namespace {

Result<Reply> get_instance(const IdentityRouteServices& services, Context&) {
  WICK_TRY(required, services.links.setup_required());
  json::object out;
  out["name"] = "Wick";
  out["version"] = WICK_VERSION;
  out["setup_required"] = required;
  out["public_url"] = services.public_url;
  out["mcp_url"] = services.public_url + "/mcp";
  out["min_password_length"] = kMinPasswordLength;
  out["password_sign_in"] = services.password_sign_in;
  out["oidc"] = nullptr;
  if (const OidcOptions& oidc = services.oidc.options(); oidc.enabled()) {
    json::object provider;
    provider["name"] = oidc.name;
    out["oidc"] = std::move(provider);
  }
  return Reply{200, std::move(out)};
}

std::string_view user_agent(const Context& context) {
  return context.request.header("user-agent").value_or("");
}

Result<Reply> set_up(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"token", "email", "name", "password"}));
  WICK_TRY(token, required_string(context.body, "token"));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(user, services.links.set_up(token, {email, name, Role::kAdmin}, Secret(std::move(password))));
  WICK_TRY(made, services.sessions.open_for(user.id, context.request.remote_address, user_agent(context),
                                            SignInMethod::kPassword));
  return signed_in(services, made);
}

Result<Reply> sign_in(const IdentityRouteServices& services, Context& context) {
  if (!services.password_sign_in)
    return fail(ErrorCode::kForbidden, "Signing in by password is off on this server: use the provider.");
  WICK_CHECK(only_fields(context.body, {"email", "password"}));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(made, services.sessions.sign_in(email, Secret(std::move(password)), context.request.remote_address,
                                           user_agent(context)));
  return signed_in(services, made);
}

Result<Reply> get_session(const IdentityRouteServices&, Context& context) {
  return Reply{200, session_view(*context.snapshot, context.session)};
}

Result<Reply> sign_out(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(services.sessions.end(context.session.id));
  return Reply{204, nullptr, {{"Set-Cookie", set_session_cookie(services.public_url, "")}}};
}

Result<Reply> list_sessions(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(sessions, services.sessions.list(context.user->id));
  json::array items;
  for (const BrowserSession& session : sessions) items.push_back(session_info(session, context.session.id));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> revoke_session(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<SessionId>(context.path("id"), "sign-in"));
  WICK_CHECK(services.sessions.revoke(context.user->id, id));
  return Reply{204, nullptr};
}

Result<Reply> update_me(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"name"}));
  UserPatch patch;
  WICK_TRY(name, required_string(context.body, "name"));
  patch.name = name;
  WICK_CHECK(services.users.update(context.user->id.str(), std::move(patch)));
  const auto snapshot = services.access.snapshot();
  const UserEntry* user = snapshot->user(context.user->id);
  return Reply{200, me(*snapshot, user == nullptr ? *context.user : *user)};
}

Result<Reply> change_password(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"current", "new", "end_connections"}));
  WICK_TRY(current, required_string(context.body, "current"));
  WICK_TRY(next, required_string(context.body, "new"));
  WICK_TRY(ends, optional_bool(context.body, "end_connections"));
  WICK_CHECK(services.sessions.change_password(context.session, Secret(std::move(current)),
                                               Secret(std::move(next)), ends.value_or(true)));
  return Reply{204, nullptr};
}

Result<Reply> get_invite(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(info, services.links.find(context.path("token")));
  json::object out;
  out["email"] = info.user.email;
  out["name"] = info.user.name;
  out["purpose"] = info.purpose == LinkPurpose::kInvite ? "invite" : "reset";
  return Reply{200, std::move(out)};
}

Result<Reply> accept_invite(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"password", "name"}));
  WICK_TRY(password, required_string(context.body, "password"));
  WICK_TRY(name, optional_string(context.body, "name"));
  WICK_TRY(user, services.links.accept(context.path("token"), name, Secret(std::move(password))));
  WICK_TRY(made,
           services.sessions.sign_in_by_link(user.id, context.request.remote_address, user_agent(context)));
  return signed_in(services, made);
}

}  // namespace

void mount_account(Api& api, const IdentityRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/instance", Access::kPublic, get_instance);
  routes.route("POST", "/setup", Access::kPublic, set_up, http::Workers::kPasswords);
  routes.route("GET", "/session", Access::kBeforeEnrolment, get_session);
  routes.route("POST", "/session", Access::kPublic, sign_in, http::Workers::kPasswords);
  routes.route("DELETE", "/session", Access::kBeforeEnrolment, sign_out);
  routes.route("GET", "/sessions", Access::kSession, list_sessions);
  routes.route("DELETE", "/sessions/{id}", Access::kSession, revoke_session);
  routes.route("PATCH", "/me", Access::kSession, update_me);
  routes.route("PUT", "/me/password", Access::kSession, change_password, http::Workers::kPasswords);
  routes.route("GET", "/invites/{token}", Access::kPublic, get_invite);
  routes.route("POST", "/invites/{token}", Access::kPublic, accept_invite, http::Workers::kPasswords);
}

}  // namespace wick::api
