// The connectors a member may use, and test runs.
#include "management/connector_routes.h"
#include "access/scope.h"
#include "access/snapshot.h"
#include "api/holders.h"
#include "api/request_fields.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/runner.h"
#include "identity/session_service.h"
#include "management/connector_view.h"

namespace wick::api {
namespace {

constexpr std::int64_t kMaxListedOperations = 1000;

std::unexpected<Error> no_connector() {
  return fail(ErrorCode::kNotFound, "There is no connector with this id for you.");
}

Result<Reply> list_connectors(const ConnectorRouteServices& services, Context& context) {
  json::array items;
  for (const ConnectorEntry* connector : context.snapshot->visible(*context.user)) {
    items.push_back(connector_summary(services, *context.snapshot, *connector, false));
  }
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> get_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  const ConnectorEntry* connector = context.snapshot->connector(id);
  if (connector == nullptr || !context.snapshot->may_use(*context.user, *connector)) return no_connector();
  return Reply{200, connector_view(services, *context.snapshot, *connector, false)};
}

// Names alone, for those who choose among many: without descriptions and schemas.
Result<Reply> list_operations(const ConnectorRouteServices&, Context& context) {
  WICK_TRY(limit, query_number(context.request, "limit", 100, 1, kMaxListedOperations));
  const std::string only = context.request.query_value("connector").value_or("");
  const std::string text = context.request.query_value("query").value_or("");
  const std::string wanted = to_lower_ascii(truncate_utf8(trim(text), kMaxQueryBytes));
  json::array items;
  std::int64_t total = 0;
  for (const ConnectorEntry* connector : context.snapshot->visible(*context.user)) {
    if (!only.empty() && connector->id.str() != only) continue;
    const bool whole = to_lower_ascii(connector->label).find(wanted) != std::string::npos;
    for (const OperationEntry& operation : connector->operations) {
      if (!operation.enabled || operation.held) continue;
      if (!whole && to_lower_ascii(operation.name).find(wanted) == std::string::npos &&
          operation.key.find(wanted) == std::string::npos)
        continue;
      if (++total > limit) continue;
      json::object item;
      item["tool_id"] = tool_id(*connector, operation);
      item["name"] = operation.name;
      item["connector"] = connector->id.str();
      item["read_only"] = operation.read_only;
      items.push_back(std::move(item));
    }
  }
  json::object out;
  out["items"] = std::move(items);
  out["total"] = total;
  return Reply{200, std::move(out)};
}

struct TestRun {
  Caller caller;
  ConnectorId connector;
  std::string operation;
  json::object arguments;
};

Result<TestRun> read_test_run(const Api& api, const ConnectorRouteServices& services,
                              const http::Request& request) {
  WICK_TRY(context, api.admit(request, Access::kSession));
  WICK_CHECK(only_fields(context.body, {"arguments", "retry_of"}));
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_TRY(arguments, optional_object(context.body, "arguments"));
  WICK_TRY(retry_of, optional_string(context.body, "retry_of"));
  TestRun run;
  run.caller.user = context.user->id;
  run.caller.credential.id = context.session.id.str();
  run.caller.credential.kind = CredentialKind::kSession;
  WICK_TRY(still_valid, services.sessions.watch(context.session));
  run.caller.credential.still_valid = std::move(still_valid);
  run.caller.source = retry_of ? RunSource::kRetry : RunSource::kTest;
  run.caller.client.ip = std::string(request.remote_address);
  run.caller.client.user_agent = std::string(request.header("user-agent").value_or(""));
  run.connector = id;
  run.operation = std::string(context.path("key"));
  run.arguments = arguments.value_or(json::object());
  return run;
}

http::Task<http::Response> run_operation(const Api& api, const ConnectorRouteServices& services,
                                         http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const std::string request_id = format_uuid(make_uuid_v7());
  auto run = co_await offload(services.pool, services.holders.of(request),
                              [&] { return read_test_run(api, services, request); });
  if (!run) co_return to_response(run.error(), request_id);
  // Whoever closes the page gives the call up.
  McpClientSession side;
  side.cancellation = std::make_shared<Cancellation>();
  exchange.watch([cancellation = side.cancellation] { cancellation->cancel(); });
  const auto snapshot = services.access.snapshot();
  const ConnectorEntry* connector = snapshot->connector(run->connector);
  const bool waits = connector != nullptr && (services.runner.can_be_cancelled(*connector) ||
                                              services.runner.is_mcp_server(*connector));
  json::object no_extra_params;
  ResolvedOperation operation =
      services.runner.resolve(run->caller, run->connector, std::move(run->operation));
  auto outcome =
      co_await services.runner.call(std::move(run->caller), std::move(operation), std::move(run->arguments),
                                    std::move(no_extra_params), waits ? &side : nullptr);
  if (!outcome) co_return to_response(outcome.error(), request_id);
  json::object result = to_tool_result(outcome->result);
  json::object out;
  out["run_id"] = std::to_string(outcome->run_id);
  out["status"] = run_status_name(outcome->result.is_error ? RunStatus::kError : RunStatus::kOk);
  out["latency_ms"] = outcome->latency_ms;
  out["content"] = std::move(result["content"]);
  if (outcome->result.structured) out["structured"] = std::move(result["structuredContent"]);
  if (outcome->result.is_error) out["error"] = outcome->result.text;
  co_return to_response(Reply{200, std::move(out)});
}

}  // namespace

void mount_connectors(Api& api, const ConnectorRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/connectors", Access::kSession, list_connectors);
  routes.route("GET", "/connectors/{id}", Access::kSession, get_connector);
  routes.route("GET", "/operations", Access::kSession, list_operations);
  api.routes().route(
      "POST", "/api/v1/connectors/{id}/operations/{key}/run",
      [&api, services](http::Exchange& exchange) { return run_operation(api, services, exchange); },
      api.route_options(Access::kSession));
}

}  // namespace wick::api
