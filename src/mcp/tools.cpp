#include "mcp/tools.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "mcp/meta_tools.h"

namespace wick::mcp {

std::string tool_name(const ConnectorEntry& connector, const OperationEntry& operation) {
  return connector.slug + "__" + operation.key;
}

bool is_direct(ToolSurface surface, std::size_t operations) {
  return surface == ToolSurface::kDirect || (surface == ToolSurface::kAuto && operations <= kMaxDirectTools);
}

std::optional<std::string> list_tools(const Reach& reach, ToolSurface surface, std::string_view cursor) {
  const auto operations = reach.operations();
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

Reach::Found find_tool(const Reach& reach, std::string_view name) {
  // slug() never makes two underscores in a row, so the first pair ends the label.
  const auto end = name.find("__");
  if (end == std::string_view::npos) return {};
  return reach.find(name.substr(0, end), name.substr(end + 2));
}

}  // namespace wick::mcp
