// OAuth connections: the consent to one, the owner's own, and everyone's for admins.
#include "api/references.h"
#include "api/request_fields.h"
#include "audit/run_log.h"
#include "audit/run_view.h"
#include "base/rate_limiter.h"
#include "base/text.h"
#include "base/time.h"
#include "oauth/authorization_service.h"
#include "oauth/client_service.h"
#include "oauth/client_view.h"
#include "oauth/grant_service.h"
#include "oauth/oauth_routes.h"
#include "oauth/redirect_uri.h"
#include "tokens/token_view.h"

namespace wick::api {
namespace {

Result<Reply> enter_user_code(const OAuthRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"user_code"}));
  WICK_TRY(code, required_string(context.body, "user_code"));
  // RFC 8628 §5.1: a code is short, so guessing is slowed down, per person.
  // A right code returns its own token and no more: it may be one that the guesser has asked for himself.
  RateLimiter& guesses = services.user_code_guesses;
  const std::string who = context.user->id.str();
  if (const auto wait = guesses.take(who, services.clock.now()); wait.count() > 0)
    return fail(rate_limited("wrong codes", wait));
  auto id = services.authorizations.keep_device(code, context.session.id, context.user->id);
  if (id || id.error().code != ErrorCode::kNotFound) guesses.give_back(who, services.clock.now());
  if (!id) return fail(std::move(id.error()));
  json::object out;
  out["request_id"] = id->reveal();
  return Reply{200, std::move(out)};
}

Result<Reply> get_request(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(request, services.authorizations.find(context.path("id"), context.session.id, context.user->id));
  json::object out;
  out["client"] = client_view(request.client_id, services.clients.get(request.client_id));
  out["redirect"] = request.device.empty() ? describe_redirect(request.redirect_uri) : "";
  out["redirect_uri"] = request.redirect_uri;
  out["loopback"] = is_local_redirect(request.redirect_uri);
  out["connector"] = nullptr;
  if (const auto& authorizations = services.authorizations; !authorizations.connector_name(request).empty()) {
    WICK_TRY(connector, authorizations.find_connector(request, context.user->id, *context.snapshot));
    json::object ref;
    ref["id"] = connector->id.str();
    ref["label"] = connector->label;
    out["connector"] = std::move(ref);
  }
  out["writes"] = request.oauth_scope.find("mcp:write") != std::string::npos;
  out["device"] = nullptr;
  if (!request.device.empty()) {
    json::object device;
    device["user_code"] = request.user_code;
    device["ip"] = request.ip;
    device["user_agent"] = request.user_agent;
    out["device"] = std::move(device);
  }
  return Reply{200, std::move(out)};
}

Result<Reply> decide_request(const OAuthRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"approve", "scope"}));
  WICK_TRY(approve, optional_bool(context.body, "approve"));
  if (!approve) return fail(ErrorCode::kInvalidArgument, "\"approve\" must be true or false.");
  auto& authorizations = services.authorizations;
  const auto id = context.path("id");
  json::object out;
  if (*approve) {
    WICK_TRY(scope, parse_scope(context.body.if_contains("scope")));
    WICK_CHECK(check_scope(scope, *context.snapshot, *context.user));
    WICK_TRY(location,
             authorizations.approve(id, context.session.id, context.user->id, scope, *context.snapshot));
    out["redirect_to"] = location;
  } else {
    WICK_TRY(location, authorizations.deny(id, context.session.id, context.user->id));
    out["redirect_to"] = location;
  }
  return Reply{200, std::move(out)};
}

json::object connection_view(const OAuthRouteServices& services, Context& context, const Grant& grant) {
  json::object out;
  out["id"] = grant.id.str();
  out["client"] = client_view(grant.client_id, services.clients.get(grant.client_id));
  out["user"] = user_ref(*context.snapshot, grant.user);
  out["scope"] = scope_json(grant.scope);
  out["created_at"] = format_rfc3339(grant.created_at);
  out["expires_at"] = format_rfc3339(grant.expires_at);
  out["last_used"] = last_used_view(grant.last_used_at, grant.last_ip, grant.last_user_agent);
  out["ended"] = revoked_view(*context.snapshot, grant.revoked_at, grant.revoked_by, grant.revoked_reason);
  return out;
}

Result<Reply> listed(const OAuthRouteServices& services, Context& context, const UserId& user,
                     std::string_view client) {
  WICK_TRY(grants, services.grants.list(user, client));
  json::array items;
  for (const Grant& grant : grants) items.push_back(connection_view(services, context, grant));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> list_own(const OAuthRouteServices& services, Context& context) {
  return listed(services, context, context.user->id, {});
}

Result<Reply> list_all(const OAuthRouteServices& services, Context& context) {
  UserId user;
  const std::string owner = context.request.query_value("user").value_or("");
  if (!owner.empty()) {
    WICK_TRY(id, parse_id<UserId>(owner, "user"));
    user = id;
  }
  return listed(services, context, user, context.request.query_value("client").value_or(""));
}

Result<Reply> get_connection(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_TRY(grant, services.grants.get(context.actor(), id));
  return Reply{200, connection_view(services, context, grant)};
}

Result<Reply> get_connection_usage(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_TRY(grant, services.grants.get(context.actor(), id));
  WICK_TRY(usage, services.runs.usage(UsageOf::kCredential, grant.id.str()));
  return Reply{200, usage_view(*context.snapshot, usage)};
}

Result<Reply> disconnect_own(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_CHECK(services.grants.revoke({context.user->id, false}, id, "disconnected by the owner"));
  return Reply{204, nullptr};
}

Result<Reply> disconnect_any(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_CHECK(services.grants.revoke(context.actor(), id, "disconnected by an admin"));
  return Reply{204, nullptr};
}

// All of one user, or all of one client.
Result<Reply> disconnect_many(const OAuthRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"user", "client"}));
  WICK_TRY(user, optional_string(context.body, "user"));
  WICK_TRY(client, optional_string(context.body, "client"));
  if (user.has_value() == client.has_value())
    return fail(ErrorCode::kInvalidArgument, "Say either \"user\" or \"client\".");
  const char* reason = "disconnected by an admin";
  json::object out;
  if (user) {
    WICK_TRY(id, parse_id<UserId>(*user, "user"));
    WICK_TRY(count, services.grants.revoke_all_of(context.actor(), id, reason));
    out["revoked"] = count;
  } else {
    WICK_TRY(count, services.grants.revoke_client(context.actor(), *client, reason));
    out["revoked"] = count;
  }
  return Reply{200, std::move(out)};
}

// The app that asks for access, for the sign-in page that comes before consent. Nobody is signed in yet, so Wick fetches
// no metadata document: a client that is not stored is shown by the host of its client_id, the only verified part of it.
Result<Reply> get_app(const OAuthRouteServices& services, Context& context) {
  const std::string id = context.request.query_value("client_id").value_or("");
  const auto client = services.clients.get(id);
  const bool is_document = is_metadata_document_id(id);
  if ((!client && !is_document) || (client && client->blocked))
    return fail(ErrorCode::kNotFound, "There is no app with this id.");
  json::object out = client_view(id, client);
  if (!client) {
    out["host"] = id.substr(8, id.find('/', 8) - 8);
    out["name"] = out["host"];
    out["source"] = source_name(ClientSource::kMetadataDocument);
  }
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_connections(Api& api, const OAuthRouteServices& services) {
  Routes routes(api, services);
  routes.route("POST", "/oauth/device", Access::kSession, enter_user_code);
  routes.route("GET", "/oauth/apps", Access::kPublic, get_app);
  routes.route("GET", "/oauth/requests/{id}", Access::kSession, get_request);
  routes.route("POST", "/oauth/requests/{id}", Access::kSession, decide_request);
  routes.route("GET", "/connections", Access::kSession, list_own);
  routes.route("GET", "/connections/{id}", Access::kSession, get_connection);
  routes.route("DELETE", "/connections/{id}", Access::kSession, disconnect_own);
  routes.route("GET", "/connections/{id}/usage", Access::kSession, get_connection_usage);
  routes.route("GET", "/admin/connections", Access::kAdmin, list_all);
  routes.route("POST", "/admin/connections/revoke", Access::kAdmin, disconnect_many);
  routes.route("DELETE", "/admin/connections/{id}", Access::kAdmin, disconnect_any);
}

}  // namespace wick::api
