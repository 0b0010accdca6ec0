// Connectors, for admins: rows, operations, kinds.
#include <algorithm>

#include "access/snapshot.h"
#include "api/request_fields.h"
#include "base/offload.h"
#include "connectors/connector_kind.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "management/connector_routes.h"
#include "management/connector_view.h"

namespace wick::api {
namespace {

// What only the operator says, on the server's machine: see may_set_command().
bool is_locked(const ConnectorRouteServices& services, const ConfigField& field) {
  return !services.commands_from_web && (field.key == "command" || field.key == "environment");
}

Result<Reply> list_kinds(const ConnectorRouteServices& services, Context&) {
  json::array items;
  for (const auto& kind : services.kinds.all()) {
    json::array fields;
    for (const ConfigField& field : kind->fields()) {
      json::object view;
      view["key"] = field.key;
      view["label"] = field.label;
      view["type"] = field.type;
      view["required"] = field.required;
      view["help"] = field.help;
      if (!field.options.empty()) {
        json::array options;
        for (const auto& [value, label] : field.options)
          options.emplace_back(json::object{{"value", value}, {"label", label}});
        view["options"] = std::move(options);
      }
      if (is_locked(services, field)) view["locked"] = true;
      if (!field.auths.empty()) view["auths"] = json::array(field.auths.begin(), field.auths.end());
      if (!field.default_value.is_null()) view["default"] = field.default_value;
      fields.push_back(std::move(view));
    }
    json::object item;
    item["kind"] = kind->kind();
    item["name"] = kind->name();
    item["description"] = kind->description();
    item["fields"] = std::move(fields);
    item["custom_operations"] = kind->custom_operations();
    item["discovers"] = kind->discovery() != nullptr;
    items.push_back(std::move(item));
  }
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> list_admin_connectors(const ConnectorRouteServices& services, Context& context) {
  json::array items;
  for (const auto& connector : context.snapshot->connectors) {
    items.push_back(connector_summary(services, *context.snapshot, *connector, true));
  }
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

// The connector as it is now, after a change.
Result<Reply> shown(const ConnectorRouteServices& services, const ConnectorId& id, int status) {
  const auto snapshot = services.access.snapshot();
  const ConnectorEntry* connector = snapshot->connector(id);
  if (connector == nullptr) return fail(ErrorCode::kNotFound, "There is no connector with this id.");
  return Reply{status, connector_view(services, *snapshot, *connector, true)};
}

// What of a configuration says which program is started, and how.
constexpr const char* kProgramFields[] = {"command", "environment", "auth", "auth_name"};

bool says_nothing(const json::value* value) {
  return value == nullptr || value->is_null() || (value->is_string() && value->get_string().empty()) ||
         (value->is_string() && value->get_string() == "none") ||
         (value->is_array() && value->get_array().empty());
}

// Whoever says which programs this server starts, and with what environment, runs code on it. A session in a
// browser is easier to steal than a shell on this machine, so it takes one of the operator's settings. `now`:
// what holds already, which may be said again.
Result<void> may_set_command(const ConnectorRouteServices& services, const json::object& now,
                             const json::object& config) {
  if (services.commands_from_web) return {};
  if (says_nothing(now.if_contains("command")) && says_nothing(config.if_contains("command"))) return {};
  const bool changes = std::any_of(std::begin(kProgramFields), std::end(kProgramFields),
                                   [&](const char* field) {
                                     const auto* given = config.if_contains(field);
                                     const auto* old = now.if_contains(field);
                                     if (says_nothing(given)) return !says_nothing(old);
                                     return says_nothing(old) || *old != *given;
                                   }) ||
                       !says_nothing(config.if_contains("secret"));
  if (!changes) return {};
  return fail(
      ErrorCode::kPolicy,
      "Which programs this server starts is not set here: use `wick connector add mcp --label … --stdio "
      "'COMMAND'` on its machine, or let it be set here with connectors.commands_from_web = true.");
}

Result<Reply> create_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"kind", "label", "description", "icon", "tags", "config"}));
  ConnectorInput input;
  WICK_TRY(kind, required_string(context.body, "kind"));
  WICK_TRY(label, required_string(context.body, "label"));
  WICK_TRY(description, optional_string(context.body, "description"));
  WICK_TRY(icon, optional_string(context.body, "icon"));
  WICK_TRY(tags, optional_strings(context.body, "tags"));
  WICK_TRY(config, optional_object(context.body, "config"));
  input.kind = kind;
  input.label = label;
  input.description = description.value_or("");
  input.icon = icon.value_or("");
  input.tags = tags.value_or(std::vector<std::string>());
  input.config = config.value_or(json::object());
  WICK_CHECK(may_set_command(services, {}, input.config));
  WICK_TRY(id, services.connectors.create(std::move(input)));
  return shown(services, id, 201);
}

Result<Reply> get_admin_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  return shown(services, id, 200);
}

Result<Reply> update_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"label", "description", "icon", "tags", "config", "disabled"}));
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  ConnectorPatch patch;
  WICK_TRY(label, optional_string(context.body, "label"));
  WICK_TRY(description, optional_string(context.body, "description"));
  WICK_TRY(icon, optional_string(context.body, "icon"));
  WICK_TRY(tags, optional_strings(context.body, "tags"));
  WICK_TRY(config, optional_object(context.body, "config"));
  WICK_TRY(disabled, optional_bool(context.body, "disabled"));
  patch.label = label;
  patch.description = description;
  patch.icon = icon;
  patch.tags = tags;
  patch.config = config;
  if (config) {
    const auto snapshot = services.access.snapshot();
    const ConnectorEntry* now = snapshot->connector(id);
    WICK_CHECK(may_set_command(services, now == nullptr ? json::object() : now->config, *config));
  }
  patch.disabled = disabled;
  WICK_CHECK(services.connectors.update(id, std::move(patch)));
  return shown(services, id, 200);
}

Result<Reply> delete_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_CHECK(services.connectors.remove(id));
  return Reply{204, nullptr};
}

Result<Reply> duplicate_connector(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_TRY(copy, services.connectors.duplicate(id));
  return shown(services, copy, 201);
}

Result<Reply> shown_operation(const ConnectorRouteServices& services, const ConnectorId& id,
                              std::string_view key, int status) {
  const auto snapshot = services.access.snapshot();
  const ConnectorEntry* connector = snapshot->connector(id);
  const OperationEntry* operation = connector == nullptr ? nullptr : connector->operation(key);
  if (operation == nullptr) return fail(ErrorCode::kNotFound, "There is no such operation.");
  json::object view = operation_view(*connector, *operation);
  if (const auto* rest = operation->definition.if_contains("rest")) view["rest"] = *rest;
  return Reply{status, std::move(view)};
}

Result<Reply> create_operation(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_CHECK(services.connectors.put_operation(id, "", context.body));
  WICK_TRY(key, required_string(context.body, "key"));
  return shown_operation(services, id, key, 201);
}

Result<Reply> replace_operation(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_CHECK(services.connectors.put_operation(id, context.path("key"), context.body));
  WICK_TRY(key, required_string(context.body, "key"));
  return shown_operation(services, id, key, 200);
}

Result<Reply> toggle_operation(const ConnectorRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"enabled"}));
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_TRY(enabled, optional_bool(context.body, "enabled"));
  if (!enabled) return fail(ErrorCode::kInvalidArgument, "\"enabled\" is missing.");
  WICK_CHECK(services.connectors.set_enabled(id, context.path("key"), *enabled));
  return shown_operation(services, id, context.path("key"), 200);
}

Result<Reply> delete_operation(const ConnectorRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_CHECK(services.connectors.remove_operation(id, context.path("key")));
  return Reply{204, nullptr};
}

// Asks the connected system what it offers now, and accepts it, or (`dry_run`) notes where it is not what is
// accepted.
http::Task<Result<Reply>> refresh_connector(const ConnectorRouteServices& services, Context& context) {
  if (auto known = only_fields(context.body, {"dry_run"}); !known) co_return fail(std::move(known.error()));
  WICK_CO_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_CO_TRY(dry, optional_bool(context.body, "dry_run"));
  const std::shared_ptr<const ConnectorEntry> connector = context.snapshot->connectors.find(id);
  ConnectorKind* kind = connector == nullptr ? nullptr : services.kinds.find(connector->kind);
  if (kind == nullptr) co_return fail(ErrorCode::kNotFound, "There is no connector with this id.");
  OperationDiscovery* discovery = kind->discovery();
  if (discovery == nullptr) co_return invalid("The operations of this kind of connector are not asked for.");
  const OnBehalfOf behalf{context.user->id, nullptr};
  auto definitions = co_await discovery->discover(connector, behalf, true);
  // An admin who was demoted or signed out while the system was asked accepts nothing.
  WICK_CO_CHECK(co_await offload(services.pool, context.user->id.str(),
                                 [&] { return context.api.still_admitted(context, Access::kAdmin); }));
  if (!lacks_account(*connector, definitions))
    services.runner.note_answer(*connector, definitions ? std::string() : definitions.error().message);
  if (!definitions) co_return fail(with_standard_error(*kind, *connector, std::move(definitions.error())));
  auto changes = co_await offload(services.pool, context.user->id.str(), [&] {
    return dry.value_or(false) ? services.connectors.review_discovered(id, *definitions)
                               : services.connectors.accept_discovered(id, *definitions);
  });
  if (!changes) co_return fail(std::move(changes.error()));
  co_return Reply{200, changes_view(*changes)};
}

Result<Reply> accept_offered(const ConnectorRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"digest"}));
  WICK_TRY(id, parse_id<ConnectorId>(context.path("id"), "connector"));
  WICK_TRY(digest, required_string(context.body, "digest"));
  WICK_TRY(changes, services.connectors.accept_offered(id, digest));
  return Reply{200, changes_view(changes)};
}

}  // namespace

void mount_admin_connectors(Api& api, const ConnectorRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/admin/connector-kinds", Access::kAdmin, list_kinds);
  routes.route("GET", "/admin/connectors", Access::kAdmin, list_admin_connectors);
  routes.route("POST", "/admin/connectors", Access::kAdmin, create_connector);
  routes.route("GET", "/admin/connectors/{id}", Access::kAdmin, get_admin_connector);
  routes.route("PATCH", "/admin/connectors/{id}", Access::kAdmin, update_connector);
  routes.route("DELETE", "/admin/connectors/{id}", Access::kAdmin, delete_connector);
  routes.route("POST", "/admin/connectors/{id}/duplicate", Access::kAdmin, duplicate_connector);
  routes.route_waiting("POST", "/admin/connectors/{id}/refresh", Access::kAdmin, refresh_connector);
  routes.route("POST", "/admin/connectors/{id}/accept", Access::kAdmin, accept_offered);
  routes.route("POST", "/admin/connectors/{id}/operations", Access::kAdmin, create_operation);
  routes.route("PUT", "/admin/connectors/{id}/operations/{key}", Access::kAdmin, replace_operation);
  routes.route("PATCH", "/admin/connectors/{id}/operations/{key}", Access::kAdmin, toggle_operation);
  routes.route("DELETE", "/admin/connectors/{id}/operations/{key}", Access::kAdmin, delete_operation);
}

}  // namespace wick::api
