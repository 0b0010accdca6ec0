// The apps (OAuth clients) that are known here, for admins.
#include "api/request_fields.h"
#include "oauth/client_service.h"
#include "oauth/client_view.h"
#include "oauth/grant_service.h"
#include "oauth/oauth_routes.h"

namespace wick::api {
namespace {

json::object detail_view(const OAuthClient& client, std::int64_t connections) {
  json::object out = client_view(client.id, client);
  json::array uris;
  for (const std::string& uri : client.metadata.redirect_uris) uris.push_back(json::string(uri));
  out["redirect_uris"] = std::move(uris);
  out["confidential"] = client.confidential;
  out["device"] = client.metadata.devices;
  out["introspects"] = client.introspects;
  out["blocked"] = client.blocked;
  out["created_at"] = format_rfc3339(client.created_at);
  out["registered_from"] = client.registered_from;
  out["connections"] = connections;
  return out;
}

Reply with_secret(int status, const MadeClient& made) {
  json::object out;
  out["client"] = detail_view(made.client, 0);
  out["client_secret"] = nullptr;
  if (!made.secret.empty()) out["client_secret"] = made.secret.reveal();
  return {status, std::move(out)};
}

Result<Reply> list_clients(const OAuthRouteServices& services, Context&) {
  WICK_TRY(clients, services.clients.list());
  WICK_TRY(counts, services.grants.count_by_client());
  json::array items;
  for (const OAuthClient& client : clients) items.push_back(detail_view(client, counts[client.id]));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> create_client(const OAuthRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"name", "redirect_uris", "confidential", "device", "introspects"}));
  NewClient request;
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(uris, optional_strings(context.body, "redirect_uris"));
  WICK_TRY(confidential, optional_bool(context.body, "confidential"));
  WICK_TRY(device, optional_bool(context.body, "device"));
  WICK_TRY(introspects, optional_bool(context.body, "introspects"));
  request.name = name;
  request.redirect_uris = uris.value_or(std::vector<std::string>());
  request.confidential = confidential.value_or(false);
  request.devices = device.value_or(false);
  request.introspects = introspects.value_or(false);
  WICK_TRY(made, services.clients.create(request));
  return with_secret(201, made);
}

// First blocked, then disconnected: what is approved in between gets no tokens.
Result<Reply> update_client(const OAuthRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"blocked"}));
  WICK_TRY(blocked, optional_bool(context.body, "blocked"));
  if (!blocked) return fail(ErrorCode::kInvalidArgument, "\"blocked\" must be true or false.");
  const auto id = context.path("id");
  WICK_CHECK(services.clients.set_blocked(id, *blocked));
  if (*blocked) {
    WICK_TRY(ended, services.grants.revoke_client(context.actor(), id, "an admin blocked the app"));
    (void)ended;
  }
  WICK_TRY(client, services.clients.get(id));
  return Reply{200, detail_view(client, 0)};
}

Result<Reply> delete_client(const OAuthRouteServices& services, Context& context) {
  const auto id = context.path("id");
  WICK_CHECK(services.clients.remove(id));
  WICK_TRY(ended, services.grants.revoke_client(context.actor(), id, "an admin removed the app"));
  (void)ended;
  return Reply{204, nullptr};
}

Result<Reply> replace_secret(const OAuthRouteServices& services, Context& context) {
  WICK_TRY(made, services.clients.replace_secret(context.path("id")));
  return with_secret(200, made);
}

}  // namespace

void mount_oauth_clients(Api& api, const OAuthRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/admin/oauth-clients", Access::kAdmin, list_clients);
  routes.route("POST", "/admin/oauth-clients", Access::kAdmin, create_client);
  routes.route("PATCH", "/admin/oauth-clients/{id}", Access::kAdmin, update_client);
  routes.route("DELETE", "/admin/oauth-clients/{id}", Access::kAdmin, delete_client);
  routes.route("POST", "/admin/oauth-clients/{id}/secret", Access::kAdmin, replace_secret);
}

}  // namespace wick::api
