#include "mcp/tools.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "mcp/meta_tools.h"

namespace wick::mcp {

namespace {

// A name that is too long, cut, with 60 bits of its digest. It is unique, because names that fit have no "-".
std::string shortened(std::string_view full) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  constexpr std::size_t kDigestLetters = 12;
  std::string out(full.substr(0, kMaxToolNameLength - kDigestLetters - 1));
  out += '-';
  const auto digest = sha256(full);
  for (std::size_t i = 0; i < kDigestLetters; ++i) out += kAlphabet[digest[i] % kAlphabet.size()];
  return out;
}

std::string full_name(const ConnectorEntry& connector, const OperationEntry& operation) {
  return connector.slug + "__" + operation.key;
}

}  // namespace

std::string tool_name(const ConnectorEntry& connector, const OperationEntry& operation) {
  std::string full = full_name(connector, operation);
  return full.size() <= kMaxToolNameLength ? full : shortened(full);
}

bool is_direct(ToolSurface surface, std::size_t operations) {
  return surface == ToolSurface::kDirect || (surface == ToolSurface::kAuto && operations <= kMaxDirectTools);
}

bool is_long_catalogue(const AccessSnapshot& snapshot) {
  std::size_t operations = 0;
  for (const auto& connector : snapshot.connectors) {
    operations += connector->operations.size();
    if (operations > kLongCatalogue) return true;
  }
  return false;
}

namespace {

// The definition of a tool as its MCP server sent it; null for other operations.
const json::object* foreign_tool(const OperationEntry& operation) {
  const auto* tool = operation.definition.if_contains("tool");
  return tool != nullptr && tool->is_object() ? &tool->get_object() : nullptr;
}

std::string own_name(const OperationEntry& operation) {
  const auto* tool = foreign_tool(operation);
  return tool == nullptr ? operation.key : text_or_empty(*tool, "name");
}

// The hints that are certain: all hints of a local operation, and the hints that the method of a REST operation implies (RFC
// 9110 §9.2). Without a hint, clients assume the worst case.
json::object annotations_of(const OperationEntry& operation) {
  json::object annotations;
  annotations["title"] = operation.name;
  annotations["readOnlyHint"] = operation.read_only;
  if (operation.is_local || operation.destructive) annotations["destructiveHint"] = operation.destructive;
  if (operation.is_local || operation.idempotent) annotations["idempotentHint"] = operation.idempotent;
  if (operation.is_local) annotations["openWorldHint"] = false;
  return annotations;
}

void append_tool(std::string& out, const OperationEntry& operation, std::string_view name,
                 std::string_view description) {
  out.append("{\"name\":").append(to_json(json::string(name)));
  out.append(",\"title\":").append(to_json(json::string(operation.name)));
  out.append(",\"description\":").append(to_json(json::string(description)));
  out.append(",\"inputSchema\":").append(operation.input_schema_text);
  out.append(",\"annotations\":").append(to_json(annotations_of(operation))).append("}");
}

// A page of operations; `append` writes one operation. The cursor is the last tool of the previous page, so it contains nothing
// that its user may not know. nullopt: Wick has not made the cursor.
template <typename Append>
std::optional<std::string> page_of(const std::vector<OperationRef>& operations, std::string_view cursor,
                                   const Append& append) {
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
    if (i != begin) out += ',';
    append(out, *operations[i].connector, *operations[i].operation);
  }
  out += "]";
  if (end < operations.size()) {
    out += ",\"nextCursor\":\"" +
           to_base64url(tool_id(*operations[end - 1].connector, *operations[end - 1].operation)) + "\"";
  }
  return out;
}

}  // namespace

std::optional<std::string> list_tools(const EffectiveAccess& access, ToolSurface surface,
                                      std::string_view cursor, ProtocolGeneration generation) {
  const auto operations = access.operations();
  if (!is_direct(surface, operations.size())) {
    if (!cursor.empty()) return std::nullopt;
    return "\"tools\":" + meta_tools_text();
  }
  return page_of(operations, cursor,
                 [&](std::string& out, const ConnectorEntry& connector, const OperationEntry& operation) {
                   const std::string name = tool_name(connector, operation);
                   if (const auto* tool = foreign_tool(operation)) {
                     json::object shown = *tool;
                     make_readable_tool(shown, generation);
                     shown["name"] = json::string(name);
                     label_entry(shown, connector.label);
                     out += to_json(shown);
                   } else {
                     append_tool(out, operation, name, add_label(operation.description, connector.label));
                   }
                 });
}

std::optional<std::string> list_connector_tools(const EffectiveAccess& access,
                                                const ConnectorEntry& connector, std::string_view cursor,
                                                ProtocolGeneration generation) {
  std::vector<OperationRef> operations = access.operations();
  std::erase_if(operations, [&](const OperationRef& ref) { return ref.connector->id != connector.id; });
  return page_of(operations, cursor,
                 [&](std::string& out, const ConnectorEntry&, const OperationEntry& operation) {
                   if (const auto* tool = foreign_tool(operation)) {
                     json::object shown = *tool;
                     make_readable_tool(shown, generation);
                     out += to_json(shown);
                   } else {
                     append_tool(out, operation, operation.key, operation.description);
                   }
                 });
}

EffectiveAccess::Found find_connector_tool(const EffectiveAccess& access,
                                           const std::shared_ptr<const ConnectorEntry>& connector,
                                           std::string_view name) {
  for (const OperationEntry& operation : connector->operations) {
    if (own_name(operation) == name) return access.find(connector->id, operation.key);
  }
  return {};
}

EffectiveAccess::Found find_tool(const EffectiveAccess& access, std::string_view name) {
  // slug() never makes two underscores in a row, so the first pair ends the label.
  if (name.size() == kMaxToolNameLength && name.find('-') != std::string_view::npos) {
    const std::string_view beginning = name.substr(0, name.rfind('-'));
    for (const auto& connector : access.snapshot().connectors) {
      for (const OperationEntry& operation : connector->operations) {
        const std::string full = full_name(*connector, operation);
        if (full.size() > kMaxToolNameLength && full.starts_with(beginning) && shortened(full) == name)
          return access.find(connector->id, operation.key);
      }
    }
    return {};
  }
  const auto end = name.find("__");
  if (end == std::string_view::npos) return {};
  return access.find(name.substr(0, end), name.substr(end + 2));
}

}  // namespace wick::mcp
