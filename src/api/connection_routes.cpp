// OAuth connections: the consent to one, the owner's own, and everyone's for admins.
#include "api/api.h"
#include "api/fields.h"
#include "api/views.h"
#include "base/text.h"
#include "oauth/redirect_uri.h"

namespace wick::api {
namespace {

json::object client_view(const std::string& id, const Result<OAuthClient>& client) {
  json::object out;
  out["id"] = id;
  out["name"] = client ? client->metadata.name : std::string("Removed app");
  out["source"] = client ? source_name(client->source) : "registered";
  out["host"] = nullptr;  // verified: the metadata document came from there
  if (client && client->source == ClientSource::kMetadataDocument)
    out["host"] = std::string(id.substr(8, id.find('/', 8) - 8));
  return out;
}

Result<Reply> get_request(Context& context) {
  WICK_TRY(request,
           context.services.authorizations.look(context.path("id"), context.session.id, context.user->id));
  const auto client = context.services.clients.get(request.client_id);
  json::object out;
  out["client"] = client_view(request.client_id, client);
  out["redirect"] = describe_redirect(request.redirect_uri);
  out["redirect_uri"] = request.redirect_uri;
  out["loopback"] = is_loopback_redirect(request.redirect_uri);
  out["writes"] = request.oauth_scope.find("mcp:write") != std::string::npos;
  return Reply{200, std::move(out)};
}

Result<Reply> decide_request(Context& context) {
  WICK_CHECK(only_fields(context.body, {"approve", "scope"}));
  WICK_TRY(approve, optional_bool(context.body, "approve"));
  if (!approve) return fail(ErrorCode::kInvalidArgument, "\"approve\" must be true or false.");
  auto& authorizations = context.services.authorizations;
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

json::object connection_view(Context& context, const Grant& grant) {
  json::object out;
  out["id"] = grant.id.str();
  out["client"] = client_view(grant.client_id, context.services.clients.get(grant.client_id));
  out["user"] = user_ref(*context.snapshot, grant.user);
  out["scope"] = scope_json(grant.scope);
  out["created_at"] = format_rfc3339(grant.created_at);
  out["expires_at"] = format_rfc3339(grant.expires_at);
  out["last_used"] = last_used_view(grant.last_used_at, grant.last_ip, grant.last_user_agent);
  return out;
}

Result<Reply> listed(Context& context, const UserId& user) {
  WICK_CHECK(context.services.grants.flush_last_uses());
  WICK_TRY(grants, context.services.grants.list(user));
  json::array items;
  for (const Grant& grant : grants) items.push_back(connection_view(context, grant));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> list_own(Context& context) {
  return listed(context, context.user->id);
}
Result<Reply> list_all(Context& context) {
  return listed(context, {});
}

Result<Reply> disconnect_own(Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_CHECK(context.services.grants.revoke({context.user->id, false}, id, "disconnected by the owner"));
  return Reply{204, nullptr};
}

Result<Reply> disconnect_any(Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "connection"));
  WICK_CHECK(context.services.grants.revoke(context.actor(), id, "disconnected by an admin"));
  return Reply{204, nullptr};
}

}  // namespace

void mount_connections(Api& api) {
  api.route("GET", "/oauth/requests/{id}", Access::kSession, get_request);
  api.route("POST", "/oauth/requests/{id}", Access::kSession, decide_request);
  api.route("GET", "/connections", Access::kSession, list_own);
  api.route("DELETE", "/connections/{id}", Access::kSession, disconnect_own);
  api.route("GET", "/admin/connections", Access::kAdmin, list_all);
  api.route("DELETE", "/admin/connections/{id}", Access::kAdmin, disconnect_any);
}

}  // namespace wick::api
