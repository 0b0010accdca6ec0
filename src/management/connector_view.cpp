#include "management/connector_view.h"

#include "api/references.h"
#include "base/json.h"
#include "base/text.h"
#include "connectors/connector_kind.h"
#include "connectors/runner.h"
#include "mcp/tools.h"
#include "mcp_transport/child_process.h"
#include "oauth_client/account_linking_service.h"
#include "oauth_client/connector_account_routes.h"

namespace wick::api {
namespace {

json::object base_view(const AccessSnapshot& snapshot, const ConnectorEntry& connector, const Health& health,
                       bool admin) {
  json::object out;
  out["id"] = connector.id.str();
  out["kind"] = connector.kind;
  out["label"] = connector.label;
  out["slug"] = connector.slug;
  out["description"] = connector.description;
  out["icon"] = connector.icon;
  out["tags"] = tag_refs(snapshot, connector.tags);
  out["disabled"] = connector.disabled;
  out["health"] = health_state_name(health.state);
  out["health_since"] = health.since == 0 ? json::value(nullptr) : json::value(format_rfc3339(health.since));
  if (admin) out["health_message"] = health.message;
  out["account"] = account_kind_name(connector);
  return out;
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& one : list) out.push_back(json::string(one));
  return out;
}

// As the connected system described it: of an MCP server, the tool itself.
json::object described(const json::object& definition) {
  const auto* tool = definition.if_contains("tool");
  return tool != nullptr && tool->is_object() ? tool->get_object() : definition;
}

// The offered definitions next to the approved ones, for an admin to decide.
json::object offer_view(const ConnectorEntry& connector) {
  json::array changes;
  for (const auto& [key, text] : connector.offered) {
    json::object change;
    change["key"] = key;
    if (const OperationEntry* accepted = connector.operation(key))
      change["accepted"] = described(accepted->definition);
    const json::value offered = text ? parse_trusted_json(*text) : json::value();
    if (offered.is_object()) change["offered"] = described(offered.get_object());
    changes.push_back(std::move(change));
  }
  json::object out;
  out["digest"] = digest_of(connector.offered);
  out["changes"] = std::move(changes);
  return out;
}

}  // namespace

json::object operation_view(const ConnectorEntry& connector, const OperationEntry& operation) {
  json::object out;
  out["key"] = operation.key;
  out["name"] = operation.name;
  out["description"] = operation.description;
  out["input_schema"] = operation.input_schema;
  out["read_only"] = operation.read_only;
  out["destructive"] = operation.destructive;
  out["idempotent"] = operation.idempotent;
  out["enabled"] = operation.enabled;
  if (operation.held) out["held"] = true;
  out["tool_name"] = mcp::tool_name(connector, operation);
  out["tool_id"] = tool_id(connector, operation);
  return out;
}

json::object changes_view(const DiscoveredChanges& changes) {
  json::object out;
  out["added"] = texts(changes.added);
  out["changed"] = texts(changes.changed);
  out["removed"] = texts(changes.removed);
  out["unchanged"] = changes.unchanged;
  return out;
}

Error with_standard_error(ConnectorKind& kind, const ConnectorEntry& connector, Error error) {
  const McpPassthrough* passthrough = kind.passthrough();
  if (passthrough == nullptr) return error;
  const std::string said = upstream::standard_error_excerpt(passthrough->standard_error(connector));
  if (!said.empty()) error.message += " Its standard error ends with " + said + ".";
  return error;
}

json::object connector_summary(const ConnectorRouteServices& services, const AccessSnapshot& snapshot,
                               const ConnectorEntry& connector, bool admin) {
  json::object out = base_view(snapshot, connector, services.runner.health(connector.id), admin);
  std::size_t enabled = 0;
  for (const auto& operation : connector.operations) enabled += operation.enabled;
  out["operations_total"] = connector.operations.size();
  out["operations_enabled"] = enabled;
  out["offered_changes"] = connector.offered.size();
  return out;
}

json::object connector_view(const ConnectorRouteServices& services, const AccessSnapshot& snapshot,
                            const ConnectorEntry& connector, bool admin) {
  json::object out = base_view(snapshot, connector, services.runner.health(connector.id), admin);
  json::array operations;
  for (const auto& operation : connector.operations) {
    if ((!operation.enabled || operation.held) && !admin) continue;
    json::object view = operation_view(connector, operation);
    if (const auto* rest = operation.definition.if_contains("rest"); rest != nullptr && admin)
      view["rest"] = *rest;
    operations.push_back(std::move(view));
  }
  out["operations"] = std::move(operations);
  if (admin) {
    if (!connector.offered.empty()) out["offer"] = offer_view(connector);
    ConnectorKind* connector_kind = services.kinds.find(connector.kind);
    if (const auto* passthrough = connector_kind == nullptr ? nullptr : connector_kind->passthrough()) {
      if (const std::string text = passthrough->standard_error(connector); !text.empty())
        out["stderr"] = text;
    }
    if (const auto* discovery = connector_kind == nullptr ? nullptr : connector_kind->discovery()) {
      const auto left_out = discovery->left_out(connector);
      if (!left_out.empty()) out["left_out"] = json::array(left_out.begin(), left_out.end());
    }
    json::object config = connector.config;
    for (const auto& secret : connector.sealed_secrets) {
      json::object set;
      set["set"] = true;
      config[secret.key()] = std::move(set);
    }
    out["config"] = std::move(config);
    if (const auto kind = upstream::account_kind_of(connector)) {
      const auto users = services.accounts.count(connector.id);
      out["accounts_connected"] = users ? json::value(*users) : json::value();
      if (*kind == upstream::LinkedAccountKind::kOAuth)
        out["redirect_uri"] = services.accounts.registrations().redirect_uri(connector.id);
    }
  }
  return out;
}

}  // namespace wick::api
