#include "mcp_client/messages.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"

namespace wick::upstream {
namespace {

constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

}  // namespace

std::unexpected<Error> session_lost() {
  return fail(ErrorCode::kNotFound, "The MCP server has forgotten the session.");
}

json::object client_info() {
  json::object info;
  info["name"] = "wick";
  info["version"] = WICK_VERSION;
  return info;
}

bool is_log_level(std::string_view level) {
  return severity(level) < kLevels.size();
}

std::size_t severity(std::string_view level) {
  return std::size_t(std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin());
}

bool names_modern(const json::object* from, std::string_view key) {
  const auto* versions = from == nullptr ? nullptr : from->if_contains(key);
  return versions != nullptr && versions->is_array() &&
         std::any_of(versions->get_array().begin(), versions->get_array().end(), [](const json::value& one) {
           return one.is_string() && one.get_string() == kModernVersion;
         });
}

std::optional<RpcResponse> take_response(json::object& message, const std::string& id) {
  const auto* its = message.if_contains("id");
  const bool ours = is_response_to(message, id);
  if (auto* result = message.if_contains("result"); result != nullptr && result->is_object() && ours) {
    RpcResponse response;
    response.result = std::move(result->get_object());
    return response;
  }
  const auto* error = object_or_null(message, "error");
  if (error == nullptr || message.contains("method") || (its != nullptr && !its->is_null() && !ours))
    return std::nullopt;
  RpcResponse response;
  const auto code = optional_int(*error, "code");
  response.is_error = true;
  response.error_code = code ? int(code->value_or(-32603)) : -32603;
  const std::string message_text = text_or_empty(*error, "message");
  response.error_message = truncate_utf8(is_valid_utf8(message_text) ? message_text : "", kMaxRawErrorBytes);
  if (const auto* data = error->if_contains("data")) response.error_data = *data;
  return response;
}

std::unexpected<Error> server_timed_out(std::chrono::seconds timeout) {
  return fail(ErrorCode::kTimeout,
              "The system did not answer within " + std::to_string(timeout.count()) + " seconds.");
}

std::unexpected<Error> session_not_kept() {
  return fail(ErrorCode::kUpstream, "The MCP server loses each session immediately after it begins.");
}

std::unexpected<Error> cancelled_by_client() {
  return fail(ErrorCode::kUnavailable, "The client cancelled the request.");
}

json::object make_meta(const NegotiatedServer& negotiated, const McpClientSession* client,
                       const RpcRequest& rpc, const std::string& id, const std::string& level) {
  json::object meta = client == nullptr ? json::object() : client->meta;
  if (auto* given = rpc.params.if_contains("_meta"); given != nullptr && given->is_object()) {
    for (const auto& one : given->get_object()) meta[one.key()] = one.value();
  }
  if (client != nullptr && client->progress_token) meta["progressToken"] = std::stoull(id);
  if (!negotiated.modern) return meta;
  const auto put = [&](std::string_view name, json::value value) {
    meta[std::string(kMetaPrefix) + std::string(name)] = std::move(value);
  };
  put("protocolVersion", json::string(kModernVersion));
  put("clientInfo", client_info());
  put("clientCapabilities", client == nullptr ? json::object() : client->capabilities);
  if (!level.empty()) put("logLevel", json::string(level));
  return meta;
}

OutgoingRequest make_own_request(const NegotiatedServer& negotiated, std::string id, std::string method,
                                 json::object params) {
  RpcRequest rpc;
  rpc.params = std::move(params);
  json::object meta = make_meta(negotiated, nullptr, rpc, id, "");
  if (!meta.empty()) rpc.params["_meta"] = std::move(meta);
  return OutgoingRequest{std::move(id), std::move(method), {}, std::move(rpc.params), {}};
}

json::object make_error_response(const json::value& id, int code, std::string_view message) {
  json::object error;
  error["code"] = code;
  error["message"] = json::string(message);
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["error"] = std::move(error);
  return out;
}

json::object make_result_response(const json::value& id, json::object result) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["result"] = std::move(result);
  return out;
}

json::object make_notification(std::string_view method, json::object params) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["method"] = json::string(method);
  out["params"] = std::move(params);
  return out;
}

bool can_answer(const McpClientSession* client, std::string_view method) {
  const std::string_view capability = method == "elicitation/create"       ? "elicitation"
                                      : method == "sampling/createMessage" ? "sampling"
                                      : method == "roots/list"             ? "roots"
                                                                           : "";
  return client != nullptr && !capability.empty() && client->capabilities.contains(capability);
}

std::optional<json::object> adapt_notification(json::object message, const std::string& id,
                                               const McpClientSession& client) {
  const std::string method = text_or_empty(message, "method");
  auto* params = message.if_contains("params");
  if (params == nullptr || !params->is_object()) message["params"] = json::object();
  json::object& inner = message["params"].get_object();
  if (method == "notifications/progress") {
    const auto* token = inner.if_contains("progressToken");
    if (!client.progress_token || token == nullptr ||
        (to_json(*token) != id && to_json(*token) != '"' + id + '"'))
      return std::nullopt;
    inner["progressToken"] = *client.progress_token;
    return message;
  }
  if (method == "notifications/message") {
    if (!client.modern) return message;
    const std::string wanted = client.log_level.value_or("");
    if (wanted.empty() || severity(text_or_empty(inner, "level")) < severity(wanted)) return std::nullopt;
    return message;
  }
  if (method == "notifications/cancelled") return std::nullopt;
  // Changes come on a modern client's own streams only.
  const bool change = method.ends_with("/list_changed") || method == "notifications/resources/updated";
  if (change && client.modern) return std::nullopt;
  return message;
}

bool matches_filter(const json::object& message, const json::object& filter) {
  const std::string method = text_or_empty(message, "method");
  const auto flag = [&](std::string_view name) {
    const auto* value = filter.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
  };
  if (method == "notifications/tools/list_changed") return flag("toolsListChanged");
  if (method == "notifications/prompts/list_changed") return flag("promptsListChanged");
  if (method == "notifications/resources/list_changed") return flag("resourcesListChanged");
  if (method == "notifications/message") return flag("wick/log");
  if (method != "notifications/resources/updated") return false;
  const auto* params = object_or_null(message, "params");
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (params == nullptr || uris == nullptr || !uris->is_array()) return false;
  const auto* uri = params->if_contains("uri");
  return uri != nullptr &&
         std::find(uris->get_array().begin(), uris->get_array().end(), *uri) != uris->get_array().end();
}

const json::object* find_refusal(const json::object& params) {
  const auto* responses = object_or_null(params, "inputResponses");
  if (responses == nullptr) return nullptr;
  for (const auto& one : *responses) {
    const auto* error =
        one.value().is_object() ? object_or_null(one.value().get_object(), kRefusedAnswer) : nullptr;
    if (error != nullptr) return error;
  }
  return nullptr;
}

}  // namespace wick::upstream
