// Reads the tools of a connected MCP server into definitions for the operations table (McpKind, mcp_kind.h).
#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/connector_service.h"
#include "connectors/param_headers.h"
#include "mcp_client/mcp_kind.h"

namespace wick::upstream {
namespace {

// Makes the definition of a listed tool. Errors: kInvalidArgument  the reason why the tool cannot be used
Result<json::object> read_tool(const json::value& tool, const std::vector<std::string>& taken) {
  if (!tool.is_object()) return invalid("it is not an object.");
  if (const auto* schema = object_or_null(tool.get_object(), "inputSchema")) {
    // 2026-07-28, transports, "Schema Extension": only the tool with the invalid mark is left out.
    WICK_CHECK(check_header_marks(*schema));
  }
  auto definition = definition_of(tool.get_object(), taken);
  if (definition && to_json(*definition).size() > kMaxOfferedDefinitionBytes) {
    return invalid("its definition is larger than " + std::to_string(kMaxOfferedDefinitionBytes) + " bytes.");
  }
  return definition;
}

std::string shown_name(const json::value& tool) {
  const std::string name = tool.is_object() ? text_or_empty(tool.get_object(), "name") : std::string();
  return name.empty() ? "A tool without a name"
                      : "The tool \"" + printable(truncate_utf8(name, kMaxToolNameBytes)) + "\"";
}

// The client that lists the tools. It declares all capabilities that Wick forwards, because some servers list a tool only when
// the client has the capabilities that it needs. A call declares the capabilities of its own client.
McpClientSession listing_client() {
  McpClientSession client;
  client.client_key = "listing";
  client.capabilities =
      parse_trusted_json(
          R"({"elicitation":{"form":{},"url":{}},"sampling":{"tools":{},"context":{}},"roots":{}})")
          .get_object();
  client.cancellation = std::make_shared<Cancellation>();
  return client;
}

// The responses to the requests of a server that lists its tools: no roots, and a refusal of everything else.
json::object default_answers(const json::object& result) {
  json::object answers;
  const auto* requests = object_or_null(result, "inputRequests");
  if (requests == nullptr) return answers;
  for (const auto& one : *requests) {
    const std::string method =
        one.value().is_object() ? text_or_empty(one.value().get_object(), "method") : std::string();
    json::object& answer = answers[one.key()].emplace_object();
    if (method == "roots/list") {
      answer["roots"] = json::array();
    } else if (method == "elicitation/create") {
      answer["action"] = "cancel";
    } else {
      answer[kRefusedAnswer].emplace_object()["message"] =
          "Wick only lists the tools: no user is present to answer.";
    }
  }
  return answers;
}

}  // namespace

DiscoverTask McpKind::discover(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                               bool forget_server) {
  std::vector<json::object> definitions;
  std::vector<std::string> keys, left_out;
  std::string cursor;
  const McpClientSession client = listing_client();
  behalf.client = &client;
  if (forget_server) client_.forget(connector->id.str());  // the generation of the server is found again
  for (int page = 0; page < kMaxPages; ++page) {
    WICK_CO_TRY(response, co_await list_page(connector, behalf, cursor));
    if (response.is_error) {
      co_return fail(ErrorCode::kUpstream,
                     "The MCP server refuses to list its tools: " + response.error_message);
    }
    const auto* tools = response.result.if_contains("tools");
    if (tools == nullptr || !tools->is_array())
      co_return fail(ErrorCode::kUpstream, "The MCP server's list of tools has no tools.");
    for (const auto& tool : tools->get_array()) {
      auto definition = read_tool(tool, keys);
      if (!definition) {
        std::string why = shown_name(tool) + " is left out: " + definition.error().message;
        spdlog::warn("connector {}: {}", connector->label, why);
        const bool is_new = std::ranges::find(left_out, why) == left_out.end();
        if (is_new && left_out.size() < kMaxLeftOut) left_out.push_back(std::move(why));
        continue;
      }
      keys.push_back(text_or_empty(*definition, "key"));
      definitions.push_back(std::move(*definition));
      if (definitions.size() > kMaxTools) {
        co_return fail(ErrorCode::kUpstream,
                       "The MCP server lists more than " + std::to_string(kMaxTools) + " tools.");
      }
    }
    cursor = text_or_empty(response.result, "nextCursor");
    if (!cursor.empty()) continue;
    const std::lock_guard lock(mutex_);
    left_out_[connector->id.str()] = std::move(left_out);
    co_return definitions;
  }
  co_return fail(ErrorCode::kUpstream, "The MCP server's list of tools does not end.");
}

// Requests one page of the list, and responds to requests that the server sends first.
http::Task<Result<RpcResponse>> McpKind::list_page(std::shared_ptr<const ConnectorEntry> connector,
                                                   OnBehalfOf behalf, std::string cursor) {
  RpcRequest rpc;
  rpc.method = "tools/list";
  if (!cursor.empty()) rpc.params["cursor"] = cursor;
  rpc.owner = "listing\n" + connector->id.str();
  for (int round = 0;; ++round) {
    RpcRequest copy = rpc;
    auto response = co_await request(connector, behalf, std::move(copy));
    if (!response || response->is_error || !asks_back(response->result)) co_return response;
    if (round == kMaxListingRounds) {
      co_return fail(ErrorCode::kUpstream, "The MCP server asks more than " +
                                               std::to_string(kMaxListingRounds) +
                                               " times before it lists its tools.");
    }
    rpc.params["inputResponses"] = default_answers(response->result);
    rpc.params["requestState"] = response->result["requestState"];
  }
}

std::vector<std::string> McpKind::left_out(const ConnectorEntry& connector) const {
  const std::lock_guard lock(mutex_);
  const auto found = left_out_.find(connector.id.str());
  return found == left_out_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace wick::upstream
