#include "mcp/meta_tools.h"

#include "base/json.h"
#include "base/text.h"
#include "connectors/runner.h"
#include "mcp/tools.h"
#include "search/search.h"

namespace wick::mcp {
namespace {

constexpr const char* kTools = R"json([
{"name":"wick_list","title":"List operations","description":"Lists the operations you can call, by connector, each with its tool_id. Page through with cursor.",
 "inputSchema":{"type":"object","properties":{"connector":{"type":"string","description":"Only this connector, by its label."},"cursor":{"type":"string","description":"next_cursor of the page before."}},"additionalProperties":false},
 "annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}},
{"name":"wick_search","title":"Search operations","description":"Finds operations by what they do, best first. Use this before wick_list when you know what you want.",
 "inputSchema":{"type":"object","properties":{"query":{"type":"string","minLength":1,"description":"What you want to do, in a few words."}},"required":["query"],"additionalProperties":false},
 "annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}},
{"name":"wick_get","title":"Describe an operation","description":"Returns an operation's description and the JSON Schema of its arguments. Call it before wick_execute.",
 "inputSchema":{"type":"object","properties":{"tool_id":{"type":"string","description":"From wick_list or wick_search."}},"required":["tool_id"],"additionalProperties":false},
 "annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}},
{"name":"wick_execute","title":"Call operations","description":"Calls one operation (tool_id and arguments) or several in order (calls). Each result stands on its own: one that fails does not stop the others.",
 "inputSchema":{"type":"object","properties":{"tool_id":{"type":"string","description":"From wick_list or wick_search."},"arguments":{"type":"object","description":"As wick_get describes them."},"calls":{"type":"array","minItems":1,"maxItems":20,"items":{"type":"object","properties":{"tool_id":{"type":"string"},"arguments":{"type":"object"}},"required":["tool_id"],"additionalProperties":false}}},"additionalProperties":false},
 "annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true}},
{"name":"wick_info","title":"About this server","description":"Says who you are here, how many operations you can call, and how to find them.",
 "inputSchema":{"type":"object","properties":{},"additionalProperties":false},
 "annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}
])json";

std::string text_argument(const json::object& arguments, std::string_view name) {
  const auto* value = arguments.if_contains(name);
  return value != nullptr && is_text(*value) ? std::string(value->get_string()) : std::string();
}

// A result as one line of text for a model, and as data.
void describe(CallResult& result, json::array& items, const OperationRef& ref) {
  const std::string id = tool_id(*ref.connector, *ref.operation);
  result.text.append("- ")
      .append(ref.operation->name)
      .append(" (")
      .append(ref.connector->label)
      .append("): ");
  result.text.append(ref.operation->description).append("\n  tool_id: ").append(id).append("\n");
  json::object item;
  item["tool_id"] = id;
  item["connector"] = ref.connector->label;
  item["name"] = ref.operation->name;
  item["description"] = ref.operation->description;
  items.push_back(std::move(item));
}

CallResult list(const std::vector<OperationRef>& operations, const json::object& arguments) {
  CallResult result;
  json::array items;
  const std::string only = text_argument(arguments, "connector");
  const std::string after = text_argument(arguments, "cursor");
  bool skipping = !after.empty();
  std::string last, next;
  for (const OperationRef& ref : operations) {
    if (!only.empty() && !equals_ignoring_case(ref.connector->label, only) && ref.connector->slug != only)
      continue;
    const std::string id = tool_id(*ref.connector, *ref.operation);
    if (skipping) {
      skipping = id != after;
      continue;
    }
    if (items.size() == kMetaPage) {
      next = last;
      break;
    }
    describe(result, items, ref);
    last = id;
  }
  if (skipping)
    return call_failed("The cursor is not one that wick_list returned: leave it out to start again.");
  if (items.empty())
    result.text = only.empty()
                      ? "You cannot call any operation yet: ask an admin for access to a connector."
                      : "No connector of yours is called \"" + only + "\". Call wick_list without it.";
  json::object structured;
  structured["operations"] = std::move(items);
  if (!next.empty()) {
    structured["next_cursor"] = next;
    result.text += "There are more: call wick_list again with cursor \"" + next + "\".";
  }
  result.structured = std::move(structured);
  return result;
}

CallResult search(Search& index, const EffectiveAccess& access, const json::object& arguments) {
  const std::string query = text_argument(arguments, "query");
  if (query.size() > kMaxQueryBytes) {
    return call_failed("The query is longer than " + std::to_string(kMaxQueryBytes) +
                       " bytes: say in a few words what you want to do.");
  }
  CallResult result;
  json::array items;
  for (const OperationRef& ref : index.find(access.snapshot(), access.operations(), query, kMaxSearchResults))
    describe(result, items, ref);
  if (items.empty())
    result.text = "Nothing matches these words. Try others, or call wick_list to see everything.";
  json::object structured;
  structured["operations"] = std::move(items);
  result.structured = std::move(structured);
  return result;
}

CallResult get(const EffectiveAccess& access, const json::object& arguments) {
  const std::string id = text_argument(arguments, "tool_id");
  const auto key = parse_tool_id(id);
  const EffectiveAccess::Found found = key ? access.find(key->first, key->second) : EffectiveAccess::Found();
  const OperationRef& ref = found.ref;
  if (found.verdict == AccessDecision::kOutOfScope) {
    return call_failed("\"" + ref.operation->name + "\" of " + ref.connector->label +
                       " is outside the scope of this credential, which reaches " +
                       describe_scope(access.scope()) + ".");
  }
  if (found.verdict == AccessDecision::kHeld) return call_failed(held_back(ref));
  if (found.verdict == AccessDecision::kHidden) {
    return call_failed("There is no operation with the tool_id \"" + id +
                       "\" for you. Call wick_search or wick_list to find it.");
  }
  CallResult result;
  json::object structured;
  structured["tool_id"] = id;
  structured["connector"] = ref.connector->label;
  structured["name"] = ref.operation->name;
  structured["description"] = ref.operation->description;
  structured["input_schema"] = ref.operation->input_schema;
  structured["read_only"] = ref.operation->read_only;
  // Without a hint, the operation is not called harmless.
  const bool is_known = ref.operation->destructive || ref.operation->read_only || ref.operation->is_local;
  if (is_known) structured["destructive"] = ref.operation->destructive;
  result.text = ref.operation->name + " (" + ref.connector->label + "): " + ref.operation->description +
                "\n\nArguments (JSON Schema):\n" + ref.operation->input_schema_text +
                "\n\nCall it: wick_execute with this tool_id and arguments.";
  result.structured = std::move(structured);
  return result;
}

CallResult info(const EffectiveAccess& access, ToolSurface surface,
                const std::vector<OperationRef>& callable) {
  CallResult result;
  const std::size_t operations = callable.size();
  std::size_t connectors = 0;
  for (std::size_t i = 0; i < operations; ++i)
    connectors += i == 0 || callable[i].connector != callable[i - 1].connector;
  json::object structured;
  structured["server"] = "Wick " WICK_VERSION;
  structured["user"] = access.user()->name;
  structured["connectors"] = connectors;
  structured["operations"] = operations;
  structured["tools"] = is_direct(surface, operations) ? "direct" : "meta";
  result.structured = std::move(structured);
  result.text = "Wick " WICK_VERSION ". You are " + access.user()->name + " and can call " +
                std::to_string(operations) + " operations of " + std::to_string(connectors) +
                " connectors. Find them with wick_search or wick_list, read their arguments with "
                "wick_get, call them with wick_execute.";
  return result;
}

}  // namespace

const std::string& meta_tools_text() {
  static const std::string text = to_json(parse_trusted_json(kTools));
  return text;
}

bool is_meta_tool(std::string_view name) {
  return name == "wick_list" || name == "wick_search" || name == "wick_get" || name == "wick_execute" ||
         name == "wick_info";
}

CallResult call_meta_tool(Search& search_index, const EffectiveAccess& access, ToolSurface surface,
                          std::string_view name, const json::object& arguments) {
  if (name == "wick_get") return get(access, arguments);
  if (name == "wick_search") return search(search_index, access, arguments);
  const auto operations = access.operations();
  if (name == "wick_list") return list(operations, arguments);
  return info(access, surface, operations);
}

}  // namespace wick::mcp
