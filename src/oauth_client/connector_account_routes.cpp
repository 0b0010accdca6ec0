// A user's own account at a connected server: its state, connecting it, ending that; and where a browser
// comes back from the authorization server. What goes wrong there is told by the page, and the reason by the
// log.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "api/references.h"
#include "api/request_fields.h"
#include "base/log.h"
#include "base/network.h"
#include "base/offload.h"
#include "http/form.h"
#include "http/origin.h"
#include "identity/session_cookie.h"
#include "identity/session_service.h"
#include "oauth_client/account_linking_service.h"
#include "oauth_client/connector_account_routes.h"

namespace wick::api {
namespace {

// The values of ConnectorAccount.state in openapi.json.
const char* state_name(upstream::LinkedAccountState state) {
  switch (state) {
    case upstream::LinkedAccountState::kNone:
      return "none";
    case upstream::LinkedAccountState::kConnected:
      return "connected";
    case upstream::LinkedAccountState::kRefused:
      return "refused";
    case upstream::LinkedAccountState::kEnded:
      return "ended";
    case upstream::LinkedAccountState::kMoreAccess:
      return "more_access";
  }
  return "none";
}

// The value of `error` in the address of the page that the browser returns to.
const char* failure_name(upstream::LinkingFailure failure) {
  switch (failure) {
    case upstream::LinkingFailure::kExpired:
      return "expired";
    case upstream::LinkingFailure::kWrongIssuer:
      return "issuer";
    case upstream::LinkingFailure::kDenied:
      return "denied";
    case upstream::LinkingFailure::kFailed:
      return "failed";
    case upstream::LinkingFailure::kUnavailable:
      return "unavailable";
  }
  return "failed";
}

Result<std::shared_ptr<const ConnectorEntry>> usable(const Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  auto connector = context.snapshot->connectors.find(id);
  if (connector != nullptr && context.snapshot->may_use(*context.user, *connector)) return connector;
  return fail(ErrorCode::kNotFound, "There is no connector with this id for you.");
}

Result<Reply> get_account(const ConnectorAccountRouteServices& services, Context& context) {
  WICK_TRY(connector, usable(context));
  WICK_TRY(account, services.accounts.view(*connector, context.user->id));
  json::object out;
  out["kind"] = account_kind_name(*connector);
  out["state"] = state_name(account.state);
  out["issuer"] = account.issuer;
  out["scope"] = account.scope;
  out["wanted_scope"] = account.wanted_scope;
  out["connected_at"] =
      time_or_null(account.connected_at == 0 ? std::nullopt : std::optional(account.connected_at));
  return Reply{200, std::move(out)};
}

http::Task<Result<Reply>> connect_account(const ConnectorAccountRouteServices& services, Context& context) {
  if (auto known = only_fields(context.body, {}); !known) co_return fail(std::move(known.error()));
  WICK_CO_TRY(connector, usable(context));
  WICK_CO_TRY(location,
              co_await services.accounts.start_linking(connector, context.user->id, context.session.id));
  json::object out;
  out["redirect_to"] = location;
  co_return Reply{200, std::move(out)};
}

Result<Reply> put_key(const ConnectorAccountRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"key"}));
  WICK_TRY(key, required_string(context.body, "key"));
  WICK_TRY(connector, usable(context));
  WICK_CHECK(services.accounts.put_key(*connector, context.user->id, std::move(key)));
  return get_account(services, context);
}

http::Task<Result<Reply>> disconnect_account(const ConnectorAccountRouteServices& services,
                                             Context& context) {
  WICK_CO_TRY(connector, usable(context));
  WICK_CO_CHECK(co_await offload(services.pool, context.user->id.str(),
                                 [&] { return services.accounts.disconnect(*connector, context.user->id); }));
  // The server hears of it in its own time.
  const http::Executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, services.accounts.revoke_ended([] { return false; }),
                        boost::asio::detached);
  co_return Reply{204, nullptr};
}

// The page of the connector, or the one that stands for all when it is not known.
http::Response to_page(std::string_view connector, std::string_view query) {
  const bool known = ConnectorId::parse(connector).has_value();
  return http::see_other((known ? "/connectors/" + std::string(connector) + "/connect?" : "/connect?") +
                         std::string(query));
}

http::Task<http::Response> come_back(const ConnectorAccountRouteServices& services,
                                     http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  upstream::ConnectAnswer answer;
  answer.connector = std::string(request.capture("connector"));
  const std::string came_to = answer.connector;
  if (!services.origins.host_allowed(request)) co_return to_page(came_to, "error=failed");
  // RFC 6749 §3.1: a parameter that comes twice is refused.
  auto query = http::parse_form(request.query);
  if (!query) co_return to_page(came_to, "error=failed");
  answer.code = http::parameter(*query, "code");
  answer.state = http::parameter(*query, "state");
  answer.issuer = http::parameter(*query, "iss");
  answer.error = http::parameter(*query, "error");
  const std::string cookie(request.cookie(session_cookie_name(services.public_url)).value_or(""));
  auto session = co_await offload(services.pool, client_network(request.remote_address),
                                  [&] { return services.sessions.find(cookie); });
  if (!session && session.error().code == ErrorCode::kRateLimited) co_return to_page(came_to, "error=failed");
  if (!session) co_return to_page(came_to, "error=expired");
  answer.session = session->id;
  answer.user = session->user;
  const std::string user = session->user.str();
  auto done = co_await services.accounts.finish(std::move(answer));
  if (done) co_return to_page(*done, "connected=1");
  spdlog::warn("the user {} could not connect an account at the connector {}: {}", user,
               done.error().connector.empty() ? "?" : done.error().connector, done.error().reason);
  co_return to_page(done.error().connector, std::string("error=") + failure_name(done.error().failure));
}

}  // namespace

const char* account_kind_name(const ConnectorEntry& connector) {
  const auto kind = upstream::account_kind_of(connector);
  return !kind ? "none" : *kind == upstream::LinkedAccountKind::kOAuth ? "oauth" : "key";
}

void mount_connector_accounts(Api& api, const ConnectorAccountRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/connectors/{id}/account", Access::kSession, get_account);
  routes.route_waiting("POST", "/connectors/{id}/account/connect", Access::kSession, connect_account);
  routes.route("PUT", "/connectors/{id}/account/key", Access::kSession, put_key);
  routes.route_waiting("DELETE", "/connectors/{id}/account", Access::kSession, disconnect_account);
  const std::string callback(upstream::kCallbackPath);
  for (const std::string& path : {callback, callback + "/{connector}"}) {
    api.routes().route("GET", path,
                       [services](http::Exchange& exchange) { return come_back(services, exchange); });
  }
  const auto& registrations = services.accounts.registrations();
  if (!registrations.has_document()) return;
  api.routes().route("GET", std::string(upstream::kMetadataDocumentPath),
                     [text = std::make_shared<const std::string>(to_json(registrations.document()))](
                         http::Exchange&) -> http::Task<http::Response> {
                       http::Response response;
                       response.shared_body = text;
                       response.headers.emplace_back("Cache-Control", "max-age=3600");
                       co_return response;
                     });
}

}  // namespace wick::api
