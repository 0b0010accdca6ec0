#include "mcp/tools.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "mcp/meta_tools.h"

namespace wick::mcp {

std::string tool_name(const ConnectorEntry& connector, const OperationEntry& operation) {
  return connector.slug + "__" + operation.key;
}

std::string tool_id(const ConnectorEntry& connector, const OperationEntry& operation) {
  return "conn:" + connector.id.str() + "/" + operation.key;
}

std::vector<OperationRef> operations_of(const AccessSnapshot& snapshot, const UserEntry& user) {
  std::vector<OperationRef> out;
  for (const auto& connector : snapshot.connectors) {
    if (!snapshot.may_use(user, *connector)) continue;
    for (const OperationEntry& operation : connector->operations) {
      if (operation.enabled) out.push_back({connector, &operation});
    }
  }
  return out;
}

bool is_direct(ToolSurface surface, std::size_t operations) {
  return surface == ToolSurface::kDirect || (surface == ToolSurface::kAuto && operations <= kMaxDirectTools);
}

std::optional<std::string> list_tools(const AccessSnapshot& snapshot, const UserEntry& user,
                                      ToolSurface surface, std::string_view cursor) {
  const auto operations = operations_of(snapshot, user);
  if (!is_direct(surface, operations.size())) {
    if (!cursor.empty()) return std::nullopt;
    return "\"tools\":" + meta_tools_text();
  }
  // The cursor is the tool that the page before ended with: it holds nothing that its user may not know.
  std::size_t begin = 0;
  if (!cursor.empty()) {
    const auto last = from_base64url(cursor);
    if (!last) return std::nullopt;
    while (begin < operations.size() &&
           tool_id(*operations[begin].connector, *operations[begin].operation) != *last)
      ++begin;
    if (begin++ == operations.size()) return std::nullopt;
  }
  const std::size_t end = std::min(operations.size(), begin + kToolsPage);
  std::string out = "\"tools\":[";
  for (std::size_t i = begin; i < end; ++i) {
    const auto& [connector, operation] = operations[i];
    json::object annotations;
    annotations["title"] = operation->name;
    annotations["readOnlyHint"] = operation->read_only;
    annotations["destructiveHint"] = operation->destructive;
    annotations["idempotentHint"] = operation->idempotent;
    annotations["openWorldHint"] = connector->kind != "notes";
    out.append(i == begin ? "" : ",")
        .append("{\"name\":")
        .append(to_json(json::string(tool_name(*connector, *operation))));
    out.append(",\"title\":").append(to_json(json::string(operation->name)));
    std::string description = operation->description + " (" + connector->label + ")";
    out.append(",\"description\":").append(to_json(json::string(description)));
    out.append(",\"inputSchema\":").append(operation->input_schema_text);
    out.append(",\"annotations\":").append(to_json(annotations)).append("}");
  }
  out += "]";
  if (end < operations.size()) {
    out += ",\"nextCursor\":\"" +
           to_base64url(tool_id(*operations[end - 1].connector, *operations[end - 1].operation)) + "\"";
  }
  return out;
}

OperationRef find_tool(const AccessSnapshot& snapshot, const UserEntry& user, std::string_view name) {
  // slug() never makes two underscores in a row, so the first pair ends the label.
  const auto end = name.find("__");
  if (end == std::string_view::npos) return {};
  const std::string_view label = name.substr(0, end);
  for (const auto& connector : snapshot.connectors) {
    if (connector->slug != label || !snapshot.may_use(user, *connector)) continue;
    const OperationEntry* operation = connector->operation(name.substr(end + 2));
    if (operation != nullptr && operation->enabled) return {connector, operation};
  }
  return {};
}

std::optional<std::pair<ConnectorId, std::string>> parse_tool_id(std::string_view id) {
  constexpr std::string_view kPrefix = "conn:";
  const auto slash = id.find('/');
  if (!id.starts_with(kPrefix) || slash == std::string_view::npos) return std::nullopt;
  const auto connector = ConnectorId::parse(id.substr(kPrefix.size(), slash - kPrefix.size()));
  if (!connector) return std::nullopt;
  return std::pair(*connector, std::string(id.substr(slash + 1)));
}

OperationRef find_tool_id(const AccessSnapshot& snapshot, const UserEntry& user, std::string_view id) {
  const auto parsed = parse_tool_id(id);
  if (!parsed) return {};
  for (const auto& connector : snapshot.connectors) {
    if (connector->id != parsed->first || !snapshot.may_use(user, *connector)) continue;
    const OperationEntry* operation = connector->operation(parsed->second);
    if (operation != nullptr && operation->enabled) return {connector, operation};
  }
  return {};
}

}  // namespace wick::mcp
