#include "mcp_client/mcp_kind.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "connectors/connector_config.h"
#include "connectors/param_headers.h"
#include "mcp_client/mcp_config.h"
#include "mcp_client/messages.h"
#include "redaction/template_secrets.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kMaxKeyBytes = 64;
constexpr std::size_t kMaxShownBytes = 1000;  // of an error

// The text of a CallToolResult, for the record of the call and for callers that need only text.
std::string text_of_content(const json::object& result) {
  std::string out;
  const auto* content = result.if_contains("content");
  if (content == nullptr || !content->is_array()) return out;
  for (const auto& block : content->get_array()) {
    if (!block.is_object()) continue;
    const std::string type = text_or_empty(block.get_object(), "type");
    if (!out.empty()) out += '\n';
    out += type == "text" ? text_or_empty(block.get_object(), "text") : "[" + type + "]";
  }
  return out;
}

// Checks that the client supports the requests of the server (2026-07-28, MRTR, "Server Requirements").
Result<void> check_questions(const json::object& result, const McpClientSession* client) {
  if (client == nullptr || !client->notify) {  // a test run from the web app
    return fail(
        ErrorCode::kUpstream,
        "The MCP server needs input that only an MCP client can give: call the tool from an MCP client.");
  }
  const auto* requests = object_or_null(result, "inputRequests");
  if (requests == nullptr) return {};
  for (const auto& one : *requests) {
    const std::string method =
        one.value().is_object() ? text_or_empty(one.value().get_object(), "method") : std::string();
    if (!can_answer(client, method)) {
      return fail(ErrorCode::kUpstream, "The MCP server asks for \"" + printable(truncate_utf8(method, 100)) +
                                            "\", which this client has not declared.");
    }
  }
  return {};
}

// A server's text that may be repeated. Secrets are removed before the text is cut, because a cut could leave a part of a
// secret.
std::string excerpt_without_secrets(std::string text, const SecretFilter& secrets) {
  secrets.clean(text);
  return printable(truncate_utf8(text, kMaxShownBytes));
}

// The content in the form that clients accept: a list of objects. Some servers leave it out, or send a text.
json::array readable_content(json::value* content) {
  json::array blocks;
  if (content != nullptr && content->is_array()) blocks = std::move(content->get_array());
  if (content != nullptr && is_text(*content))
    blocks.emplace_back(json::object{{"type", "text"}, {"text", std::move(*content)}});
  const auto is_none = [](const json::value& block) { return !block.is_object(); };
  blocks.erase(std::remove_if(blocks.begin(), blocks.end(), is_none), blocks.end());
  return blocks;
}

CallResult to_result(json::object result) {
  CallResult out;
  if (asks_back(result)) {
    out.text = "The server needs input.";
    out.tool_result = std::move(result);
    return out;
  }
  result.erase("resultType");
  result["content"] = readable_content(result.if_contains("content"));
  const auto* failed = result.if_contains("isError");
  out.is_error = failed != nullptr && failed->is_bool() && failed->get_bool();
  if (failed != nullptr && !failed->is_bool()) result.erase("isError");
  out.text = text_of_content(result);
  if (const auto* structured = result.if_contains("structuredContent");
      structured != nullptr && structured->is_object())
    out.structured = structured->get_object();
  out.tool_result = std::move(result);
  return out;
}

// Identifies the owner of a suspended request: only the owner may continue it.
std::string request_owner(const UserId& user, const ConnectorEntry& connector, std::string_view method,
                          std::string_view name) {
  return user.str() + "\n" + connector.id.str() + "\n" + std::string(method) + "\n" + std::string(name);
}

bool bool_hint(const json::object& tool, std::string_view name, bool default_value) {
  const auto* annotations = tool.if_contains("annotations");
  if (annotations == nullptr || !annotations->is_object()) return default_value;
  const auto* value = annotations->get_object().if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : default_value;
}

}  // namespace

Result<json::object> definition_of(const json::object& tool, const std::vector<std::string>& taken) {
  const std::string name = text_or_empty(tool, "name");
  if (name.empty() || name.size() > kMaxToolNameBytes || !is_valid_utf8(name))
    return invalid("The MCP server lists a tool without a name, or with one that is too long.");
  // The key depends on the name only, unless two names have the same key.
  std::string key = slug(name);
  if (key.empty()) key = "tool";
  key.resize(std::min(key.size(), kMaxKeyBytes));
  for (int i = 2; std::find(taken.begin(), taken.end(), key) != taken.end(); ++i) {
    const std::string suffix = "_" + std::to_string(i);
    key = slug(name).substr(0, kMaxKeyBytes - suffix.size()) + suffix;
  }
  json::object definition;
  definition["key"] = key;
  // The name is for people. Clients get the definition of the server.
  std::string title = visible_text(text_or_empty(tool, "title"));
  if (title.empty()) title = visible_text(name);
  if (title.empty()) title = key;
  definition["name"] = json::string(truncate_utf8(title, kMaxToolNameBytes));
  definition["description"] = text_or_empty(tool, "description");
  definition["read_only"] = bool_hint(tool, "readOnlyHint", false);
  // A tool without hints counts as one that changes data, but not as destructive: an admin who adds a server wants to use its
  // tools.
  definition["destructive"] =
      bool_hint(tool, "destructiveHint", false) && !bool_hint(tool, "readOnlyHint", false);
  definition["idempotent"] = bool_hint(tool, "idempotentHint", false);
  const auto* schema = tool.if_contains("inputSchema");
  json::object input = schema != nullptr && schema->is_object() ? schema->get_object() : json::object();
  // The schema stays unchanged, except for the type that MCP demands: without it, clients refuse the whole list.
  if (text_or_empty(input, "type") != "object") input["type"] = "object";
  definition["input_schema"] = std::move(input);
  definition["tool"] = tool;
  return definition;
}

Result<void> McpKind::check_config(const json::object& config) const {
  if (auto known = check_fields(*this, config); !known) return known;
  return upstream::check_config(config);
}

Result<void> McpKind::check_operation(const json::object&) const {
  return invalid(
      "The tools of an MCP server are defined by that server: refresh the connector to read them again.");
}

// The target is kept until the connector changes, because opening its secrets for each call would cost more than the rest of
// the call.
Result<ServerTargetPtr> McpKind::target_of(const std::shared_ptr<const ConnectorEntry>& connector) {
  const std::lock_guard lock(mutex_);
  Prepared& prepared = prepared_[connector->id.str()];
  // Compared by owner: an address may be used again, but a control block is not while a weak_ptr refers to it.
  const bool same = !prepared.of.owner_before(connector) && !connector.owner_before(prepared.of) &&
                    prepared.target != nullptr;
  if (!same) {
    WICK_TRY(target, target_from(*connector, key_));
    prepared = {connector, std::make_shared<const ServerTarget>(std::move(target))};
  }
  return prepared.target;
}

http::Task<Result<McpKind::CredentialForRequest>> McpKind::authenticate_request(
    std::shared_ptr<const ConnectorEntry> connector, ServerTargetPtr target, OnBehalfOf behalf) {
  CredentialForRequest out;
  out.identity.client = behalf.client;
  if (!behalf.user.empty()) out.identity.holder = behalf.user.str();
  out.secrets = target->secrets;
  WICK_CO_TRY(stored, co_await credentials_.credential(connector, behalf.user));
  if (stored.token.empty()) co_return std::move(out);
  if (account_kind_of(*connector)) out.identity.account = behalf.user.str();
  out.identity.header = std::move(stored.header);
  out.identity.value = std::move(stored.value);
  out.identity.refusal = std::make_shared<AccessRefusal>();
  out.token = std::move(stored.token);
  add_credential(out.secrets, out.token);
  co_return std::move(out);
}

http::Task<Result<bool>> McpKind::should_retry(std::shared_ptr<const ConnectorEntry> connector, UserId user,
                                               const CredentialForRequest& credential, bool again) {
  if (credential.identity.refusal == nullptr || credential.identity.refusal->status == 0) co_return false;
  const int status = credential.identity.refusal->status;
  std::string challenge = credential.secrets.cleaned(credential.identity.refusal->challenge);
  auto retry =
      co_await credentials_.refused(connector, user, credential.token, status, std::move(challenge), again);
  co_return retry;
}

http::Task<Result<RpcResponse>> McpKind::request(std::shared_ptr<const ConnectorEntry> connector,
                                                 OnBehalfOf behalf, RpcRequest rpc) {
  WICK_CO_TRY(target, target_of(connector));
  const std::string owner = rpc.owner;
  WICK_CO_CHECK(open_state(rpc));
  for (bool again = false;; again = true) {
    WICK_CO_TRY(credential, co_await authenticate_request(connector, target, behalf));
    // Secrets are removed from notifications too, not only from the response.
    McpClientSession guarded;
    if (behalf.client != nullptr && behalf.client->notify && !credential.secrets.empty()) {
      guarded = *behalf.client;
      guarded.notify = [&secrets = credential.secrets,
                        to = behalf.client](json::object message) -> http::Task<void> {
        secrets.clean(message);
        co_await to->notify(std::move(message));
      };
      credential.identity.client = &guarded;
    }
    RpcRequest copy =
        credential.token.empty() ? std::move(rpc) : rpc;  // without a credential, there is no second attempt
    auto response = co_await client_.request(target, credential.identity, std::move(copy));
    // The refusal may be a JSON-RPC error.
    if (!response || response->is_error) {
      WICK_CO_TRY(retry, co_await should_retry(connector, behalf.user, credential, again));
      if (retry) continue;
    }
    if (!response) {
      response.error().message =
          excerpt_without_secrets(std::move(response.error().message), credential.secrets);
      co_return fail(std::move(response.error()));
    }
    const auto redact = [&]() -> Result<void> {
      credential.secrets.clean(response->result);
      credential.secrets.clean(response->error_data);
      return {};
    };
    WICK_CO_CHECK(co_await off_thread(response->result, behalf.user, redact));
    response->error_message = excerpt_without_secrets(std::move(response->error_message), credential.secrets);
    if (asks_back(response->result)) seal_state(response->result, owner);
    co_return response;
  }
}

void McpKind::seal_state(json::object& result, const std::string& owner) const {
  const std::string state = text_or_empty(result, "requestState");
  if (state.empty() || state.starts_with(kPendingInputPrefix)) return;
  result["requestState"] = to_base64url(key_.seal(Secret(state), "request-state\n" + owner));
}

Result<void> McpKind::open_state(RpcRequest& rpc) const {
  const auto* given = rpc.params.if_contains("requestState");
  const std::string state = text_or_empty(rpc.params, "requestState");
  if (given == nullptr || state.starts_with(kPendingInputPrefix)) return {};
  const auto sealed = from_base64url(state);
  const auto opened = sealed ? key_.open(*sealed, "request-state\n" + rpc.owner)
                             : Result<Secret>(fail(ErrorCode::kConflict, ""));
  if (!opened) {
    return fail(ErrorCode::kConflict,
                "The requestState does not belong to this request: send it back unchanged, or make "
                "the request again from the beginning.");
  }
  rpc.params["requestState"] = json::string(opened->reveal());
  return {};
}

void McpKind::end_stale_sessions(const AccessSnapshot& snapshot) {
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, prepared] : prepared_) {
      const auto parsed = ConnectorId::parse(id);
      const auto found = parsed ? snapshot.connectors.find(*parsed) : nullptr;
      bool same = found != nullptr && !found->disabled;
      if (same && prepared.of.lock() != found) {
        const auto target = target_from(*found, key_);
        same = target && target->fingerprint == prepared.target->fingerprint;
      }
      if (!same) gone.push_back(id);
    }
    for (const std::string& id : gone) {
      prepared_.erase(id);
      left_out_.erase(id);
    }
  }
  for (const std::string& id : gone) client_.forget(id);
}

CallTask McpKind::call(Call call) {
  const auto* tool = object_or_null(call.operation->definition, "tool");
  if (tool == nullptr) co_return call_refused("This tool is unknown: an admin has to refresh the connector.");
  RpcRequest rpc;
  rpc.method = "tools/call";
  rpc.params = std::move(call.extra_params);
  rpc.params["name"] = text_or_empty(*tool, "name");
  if (const auto* schema = object_or_null(*tool, "inputSchema"))
    rpc.headers = mirrored_headers(*schema, call.arguments);
  rpc.params["arguments"] = std::move(call.arguments);
  rpc.owner = request_owner(call.user, *call.connector, "tools/call", text_or_empty(*tool, "name"));
  auto response = co_await request(call.connector, OnBehalfOf{call.user, call.client}, std::move(rpc));
  if (!response) {
    // Wick refused or cancelled the request, so the error says nothing about the server.
    const ErrorCode code = response.error().code;
    const bool is_own = is_own_refusal(code);
    CallResult failed =
        call_failed(response.error().message, is_own || code == ErrorCode::kTooLarge ? 200 : 0);
    failed.is_ours = is_own;
    failed.rate_limited = code == ErrorCode::kRateLimited;
    failed.cancelled = call.client != nullptr && call.client->cancellation->cancelled();
    if (code == ErrorCode::kConflict) {
      json::object error;
      error["code"] = -32602;
      error["message"] = failed.text;
      failed.protocol_error = std::move(error);
    }
    co_return failed;
  }
  if (response->is_error) {
    CallResult failed = call_failed("The MCP server refused the call (" +
                                    std::to_string(response->error_code) + "): " + response->error_message);
    json::object error;
    error["code"] = response->error_code;
    error["message"] = response->error_message;
    if (!response->error_data.is_null()) error["data"] = std::move(response->error_data);
    failed.protocol_error = std::move(error);
    co_return failed;
  }
  if (asks_back(response->result)) {
    if (auto allowed = check_questions(response->result, call.client); !allowed)
      co_return call_failed(allowed.error().message);
  }
  const auto make = [&]() -> Result<CallResult> { return to_result(std::move(response->result)); };
  auto made = co_await off_thread(response->result, call.user, make);
  if (!made) co_return call_failed(made.error().message);
  co_return std::move(*made);
}

CapabilitiesTask McpKind::capabilities(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf) {
  WICK_CO_TRY(target, target_of(connector));
  Result<std::shared_ptr<const NegotiatedServer>> negotiated = nullptr;
  for (bool again = false;; again = true) {
    WICK_CO_TRY(credential, co_await authenticate_request(connector, target, behalf));
    negotiated = co_await client_.negotiate(target, credential.identity);
    if (negotiated) break;
    WICK_CO_TRY(retry, co_await should_retry(connector, behalf.user, credential, again));
    if (retry) continue;
    negotiated.error().message =
        excerpt_without_secrets(std::move(negotiated.error().message), credential.secrets);
    co_return fail(std::move(negotiated.error()));
  }
  json::object out;
  const json::object& theirs = (*negotiated)->capabilities;
  for (const char* one : {"resources", "prompts", "completions", "logging"}) {
    if (!theirs.contains(one)) continue;
    json::object& capability = out[one].emplace_object();
    for (const char* part : {"subscribe", "listChanged"}) {
      const auto* its = object_or_null(theirs, one);
      if (its != nullptr && bool_or_false(*its, part)) capability[part] = true;
    }
  }
  co_return out;
}

ForwardTask McpKind::forward(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                             std::string method, json::object params) {
  RpcRequest rpc;
  rpc.owner = request_owner(behalf.user, *connector, method,
                            text_or_empty(params, method == "resources/read" ? "uri" : "name"));
  rpc.method = std::move(method);
  rpc.params = std::move(params);
  WICK_CO_TRY(response, co_await request(connector, behalf, std::move(rpc)));
  Forwarded out{std::move(response.result), response.is_error, response.error_code,
                std::move(response.error_message), std::move(response.error_data)};
  if (out.is_error) co_return out;
  if (asks_back(out.result)) {
    WICK_CO_CHECK(check_questions(out.result, behalf.client));
    co_return out;
  }
  out.result.erase("resultType");
  co_return out;
}

ListenTask McpKind::listen(std::shared_ptr<const ConnectorEntry> connector, OnBehalfOf behalf,
                           json::object filter, std::function<void(json::object)> on_notification) {
  WICK_CO_TRY(target, target_of(connector));
  for (bool again = false;; again = true) {
    WICK_CO_TRY(credential, co_await authenticate_request(connector, target, behalf));
    // By name: g++ 12 destroys a temporary in an argument of co_await twice.
    std::function<void(json::object)> on_message = [&](json::object message) {
      credential.secrets.clean(message);
      if (text_or_empty(message, "method") == "notifications/tools/list_changed") {
        const std::lock_guard lock(mutex_);
        changed_.insert(connector->id);
      }
      on_notification(std::move(message));
    };
    auto ended = co_await client_.listen(target, credential.identity, filter, std::move(on_message));
    if (ended) co_return ended;
    WICK_CO_TRY(retry, co_await should_retry(connector, behalf.user, credential, again));
    if (retry) continue;
    ended.error().message = excerpt_without_secrets(std::move(ended.error().message), credential.secrets);
    co_return ended;
  }
}

std::vector<ConnectorId> McpKind::take_changed() {
  const std::lock_guard lock(mutex_);
  const auto changed = std::exchange(changed_, {});
  return {changed.begin(), changed.end()};
}

std::string McpKind::standard_error(const ConnectorEntry& connector) const {
  const auto target = target_from(connector, key_);
  return target ? client_.standard_error(connector.id.str(), target->secrets) : "";
}

EndTask McpKind::end_client_session(std::string client_key) {
  co_await client_.end_client_session("", std::move(client_key));
}

}  // namespace wick::upstream
