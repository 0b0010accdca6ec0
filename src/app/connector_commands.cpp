#include "app/connector_commands.h"
#include "app/api_routes.h"
#include "app/composition.h"

#include "access/snapshot.h"
#include "api/request_fields.h"
#include "app/block_on.h"
#include "base/text.h"
#include "connectors/connector_kind.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "identity/user_service.h"
#include "management/connector_view.h"

namespace wick {
namespace {

Result<std::shared_ptr<const ConnectorEntry>> find(Instance& instance, const json::object& arguments) {
  WICK_TRY(name, required_string(arguments, "connector"));
  const auto snapshot = instance.parts().access.snapshot();
  for (const auto& one : snapshot->connectors) {
    if (one->id.str() == name || one->slug == name || equals_ignoring_case(one->label, name)) return one;
  }
  return fail(ErrorCode::kNotFound,
              "There is no connector \"" + name + "\". `wick connector list` lists all connectors.");
}

Result<json::object> discover(Instance& instance, const std::shared_ptr<const ConnectorEntry>& connector,
                              bool dry) {
  Composition& parts = instance.parts();
  ConnectorKind* kind = parts.kinds.find(connector->kind);
  OperationDiscovery* discovery = kind == nullptr ? nullptr : kind->discovery();
  if (discovery == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                "A connector of the kind \"" + connector->kind +
                    "\" has no list of operations to ask for. Name the operation to test.");
  }
  auto definitions = block_on(discovery->discover(connector, OnBehalfOf(), true));
  if (!api::lacks_account(*connector, definitions))
    parts.runner.note_answer(*connector, definitions ? std::string() : definitions.error().message);
  if (!definitions) return fail(api::with_standard_error(*kind, *connector, std::move(definitions.error())));
  WICK_TRY(changes, dry ? parts.connectors.review_discovered(connector->id, *definitions)
                        : parts.connectors.accept_discovered(connector->id, *definitions));
  json::object out;
  out["label"] = connector->label;
  out["id"] = connector->id.str();
  for (auto& member : api::changes_view(changes)) out[member.key()] = member.value();
  return out;
}

}  // namespace

Result<json::object> connector_add(Instance& instance, const json::object& arguments) {
  WICK_TRY(kind, required_string(arguments, "kind"));
  WICK_TRY(label, required_string(arguments, "label"));
  WICK_TRY(url, optional_string(arguments, "url"));
  WICK_TRY(config, api::optional_object(arguments, "config"));
  WICK_TRY(secret, optional_string(arguments, "secret"));
  ConnectorInput input;
  input.kind = kind;
  input.label = label;
  input.config = config.value_or(json::object());
  if (url) input.config[kind == "rest" ? "base_url" : "url"] = *url;
  if (secret) input.config["secret"] = *secret;
  WICK_TRY(id, instance.parts().connectors.create(std::move(input)));
  json::object out;
  out["id"] = id.str();
  out["label"] = label;
  ConnectorKind* of = instance.parts().kinds.find(kind);
  if (of == nullptr || of->discovery() == nullptr) return out;
  json::object named;
  named["connector"] = id.str();
  auto changes = connector_refresh(instance, named);
  if (!changes) {
    out["problem"] = changes.error().message;
    return out;
  }
  return changes;
}

Result<json::object> connector_list(Instance& instance, const json::object&) {
  const auto snapshot = instance.parts().access.snapshot();
  json::array items;
  for (const auto& one : snapshot->connectors)
    items.push_back(
        api::connector_summary(connector_route_services(instance.parts()), *snapshot, *one, true));
  json::object out;
  out["connectors"] = std::move(items);
  return out;
}

Result<json::object> connector_show(Instance& instance, const json::object& arguments) {
  WICK_TRY(connector, find(instance, arguments));
  return api::connector_view(connector_route_services(instance.parts()), *instance.parts().access.snapshot(),
                             *connector, true);
}

Result<json::object> connector_remove(Instance& instance, const json::object& arguments) {
  WICK_TRY(connector, find(instance, arguments));
  WICK_CHECK(instance.parts().connectors.remove(connector->id));
  json::object out;
  out["id"] = connector->id.str();
  out["label"] = connector->label;
  out["status"] = "removed";
  return out;
}

Result<json::object> connector_refresh(Instance& instance, const json::object& arguments) {
  WICK_TRY(connector, find(instance, arguments));
  return discover(instance, connector, false);
}

Result<json::object> connector_test(Instance& instance, const json::object& arguments) {
  WICK_TRY(connector, find(instance, arguments));
  WICK_TRY(operation, optional_string(arguments, "operation"));
  if (!operation) return discover(instance, connector, true);
  WICK_TRY(who, optional_string(arguments, "user"));
  if (!who) {
    return fail(
        ErrorCode::kInvalidArgument,
        "Name the user who makes the call with --user EMAIL. Access depends on the user, and the call is "
        "recorded.");
  }
  WICK_TRY(given, api::optional_object(arguments, "arguments"));
  WICK_TRY(user, instance.parts().users.find(*who));
  Caller caller;
  caller.user = user.id;
  caller.credential.kind = CredentialKind::kSession;
  caller.source = RunSource::kTest;
  caller.client.user_agent = "wick connector test";
  Runner& runner = instance.parts().runner;
  ResolvedOperation resolved = runner.resolve(caller, connector->id, *operation);
  WICK_TRY(outcome,
           block_on(runner.call(std::move(caller), std::move(resolved), given.value_or(json::object()))));
  json::object out = to_tool_result(outcome.result);
  out["is_error"] = outcome.result.is_error;
  out["text"] = outcome.result.text;
  ConnectorKind* kind = instance.parts().kinds.find(connector->kind);
  McpPassthrough* passthrough = kind == nullptr ? nullptr : kind->passthrough();
  if (outcome.result.is_error && passthrough != nullptr) {
    if (std::string text = passthrough->standard_error(*connector); !text.empty())
      out["stderr"] = std::move(text);
  }
  return out;
}

}  // namespace wick
