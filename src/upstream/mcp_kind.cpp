#include "upstream/mcp_kind.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "connectors/http_config.h"
#include "connectors/schema_validator.h"

namespace wick::upstream {
namespace {

constexpr const char* kAuths[] = {"none",           "bearer",      "header", "oauth_client_credentials",
                                  "oauth_per_user", "key_per_user"};
constexpr std::size_t kMaxKeyBytes = 64;
constexpr int kMaxHeaderDepth = 8;  // of properties in which x-mcp-header is looked for

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

// What of a CallToolResult is text, for the record and for who wants no more.
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

// The secret may stand anywhere in what the server answers.
void cut_out_of(json::value& value, const Secret& secret) {
  if (value.is_string()) {
    std::string text(std::string_view(value.get_string()));
    cut_out(text, secret);
    value = json::string(text);
  } else if (value.is_array()) {
    for (auto& item : value.get_array()) cut_out_of(item, secret);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) cut_out_of(member.value(), secret);
  }
}

// A server that leaves resultType out is of an earlier revision, or sloppy: what it says is the result.
bool is_complete(const json::object& result) {
  const std::string type = text_or_empty(result, "resultType");
  return type.empty() || type == "complete";
}

CallResult to_result(json::object result, const Secret& secret) {
  if (!is_complete(result)) {
    return call_failed(
        "The MCP server does not complete the call: it asks something back, which this connector cannot pass "
        "on.");
  }
  if (secret.reveal().size() >= kMinSecretToCut) {
    json::value whole(std::move(result));
    cut_out_of(whole, secret);
    result = std::move(whole.get_object());
  }
  result.erase("resultType");
  // Sloppy servers leave it out; clients need it.
  if (const auto* content = result.if_contains("content"); content == nullptr || !content->is_array())
    result["content"] = json::array();
  const auto* failed = result.if_contains("isError");
  CallResult out;
  out.is_error = failed != nullptr && failed->is_bool() && failed->get_bool();
  if (failed != nullptr && !failed->is_bool()) result.erase("isError");
  out.text = text_of_content(result);
  if (const auto* structured = result.if_contains("structuredContent");
      structured != nullptr && structured->is_object())
    out.structured = structured->get_object();
  out.tool_result = std::move(result);
  return out;
}

void mirror(const json::object& schema, const json::object& arguments, int depth,
            std::vector<std::pair<std::string, std::string>>& headers) {
  const auto* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object() || depth > kMaxHeaderDepth) return;
  for (const auto& property : properties->get_object()) {
    const auto* value = arguments.if_contains(property.key());
    if (value == nullptr || !property.value().is_object()) continue;
    const json::object& inner = property.value().get_object();
    const std::string header = text_or_empty(inner, "x-mcp-header");
    if (!header.empty() && is_header_name(header)) {
      if (value->is_string()) headers.emplace_back("Mcp-Param-" + header, value->get_string());
      if (value->is_int64() || value->is_uint64() || value->is_bool())
        headers.emplace_back("Mcp-Param-" + header, to_json(*value));
    }
    if (value->is_object()) mirror(inner, value->get_object(), depth + 1, headers);
  }
}

bool hint(const json::object& tool, std::string_view name, bool otherwise) {
  const auto* annotations = tool.if_contains("annotations");
  if (annotations == nullptr || !annotations->is_object()) return otherwise;
  const auto* value = annotations->get_object().if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> mirrored_headers(const json::object& input_schema,
                                                                  const json::object& arguments) {
  std::vector<std::pair<std::string, std::string>> headers;
  mirror(input_schema, arguments, 0, headers);
  return headers;
}

Result<json::object> definition_of(const json::object& tool, const std::vector<std::string>& taken) {
  const std::string name = text_or_empty(tool, "name");
  if (name.empty() || name.size() > kMaxToolNameBytes || !is_valid_utf8(name))
    return invalid("The MCP server lists a tool without a name, or with one that is too long.");
  // Stable: from the name alone, unless two names become the same.
  std::string key = slug(name);
  if (key.empty()) key = "tool";
  key.resize(std::min(key.size(), kMaxKeyBytes));
  for (int i = 2; std::find(taken.begin(), taken.end(), key) != taken.end(); ++i) {
    const std::string suffix = "_" + std::to_string(i);
    key = slug(name).substr(0, kMaxKeyBytes - suffix.size()) + suffix;
  }
  json::object definition;
  definition["key"] = key;
  std::string title = text_or_empty(tool, "title");
  if (title.empty()) title = name;
  definition["name"] = json::string(truncate_utf8(title, kMaxToolNameBytes));
  definition["description"] = text_or_empty(tool, "description");
  definition["read_only"] = hint(tool, "readOnlyHint", false);
  // Without a word of the server's it counts as one that changes things, not as one that destroys them: an
  // admin who adds a server wants its tools.
  definition["destructive"] = hint(tool, "destructiveHint", false) && !hint(tool, "readOnlyHint", false);
  definition["idempotent"] = hint(tool, "idempotentHint", false);
  const auto* schema = tool.if_contains("inputSchema");
  json::object input = schema != nullptr && schema->is_object() ? schema->get_object() : json::object();
  // What our validator cannot read, the server validates alone.
  if (!check_schema(input)) input = json::object{{"type", "object"}};
  definition["input_schema"] = std::move(input);
  definition["tool"] = tool;
  return definition;
}

std::vector<ConfigField> McpKind::fields() const {
  std::vector<ConfigField> all;
  const auto add = [&](const char* key, const char* label, const char* type,
                       const char* help) -> ConfigField& {
    return all.emplace_back(ConfigField{key, label, type, false, help});
  };
  add("url", "Address", "text", "Of the server's endpoint, for example https://mcp.example.com/mcp.")
      .required = true;
  ConfigField& auth = add("auth", "Authentication", "select", "How Wick proves to the server who it is.");
  auth.options.assign(std::begin(kAuths), std::end(kAuths));
  auth.default_value = "none";
  add("auth_name", "Header name", "text",
      "For header: which one, for example X-API-Key. For key_per_user, when it is not Authorization: "
      "Bearer.");
  add("client_id", "Client id", "text",
      "For oauth_client_credentials. For oauth_per_user only where Wick cannot register itself: register its "
      "redirect address there, and set the client id you get.");
  add("secret", "Secret", "secret", "The token, key or client secret. Sealed; it cannot be read back.");
  add("scope", "Scope", "text", "For OAuth, when it should not be what the server asks for.");
  add("token_url", "Token URL", "text",
      "For oauth_client_credentials, when the server does not say where its tokens come from.");
  add("headers", "More headers", "list", "Sent with every request, each as Name: value.");
  add("timeout_seconds", "Timeout in seconds", "number", "How long a call may take.").default_value =
      kDefaultTimeoutSeconds;
  add("max_bytes", "Largest answer in bytes", "number", "A larger answer is an error.").default_value =
      kDefaultResponseBytes;
  add("allow_private_addresses", "Allow private addresses", "boolean",
      "Lets this connector reach your own network, this machine included.")
      .default_value = false;
  return all;
}

Result<void> McpKind::check_config(const json::object& config) const {
  if (auto known = check_fields(*this, config); !known) return known;
  if (!is_http_url(text_or_empty(config, "url"))) {
    return invalid(
        "The address must begin with http:// or https:// and name a host, without a user name in it.");
  }
  const std::string auth = text_or_empty(config, "auth");
  if (!auth.empty() && std::find(std::begin(kAuths), std::end(kAuths), auth) == std::end(kAuths))
    return invalid("\"" + auth + "\" is not a way to authenticate.");
  const std::string auth_name = text_or_empty(config, "auth_name");
  if ((auth == "header" || !auth_name.empty()) && !is_header_name(auth_name))
    return invalid("Say which header carries the secret, for example X-API-Key.");
  if (auto sound = check_oauth_config(config); !sound) return sound;
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      if (!line.is_string()) return invalid("More headers must be a list of texts, each Name: value.");
      if (auto header = parse_header(std::string_view(line.get_string())); !header)
        return fail(std::move(header.error()));
    }
  }
  return {};
}

Result<void> McpKind::check_operation(const json::object&) const {
  return invalid("The tools of an MCP server are its own: refresh the connector to see what it offers now.");
}

Result<Target> McpKind::target_of(const std::shared_ptr<const ConnectorEntry>& entry,
                                  const UserId& user) const {
  const ConnectorEntry& connector = *entry;
  const json::object& config = connector.config;
  auto secret = open_secret(key_, connector, "secret");
  if (!secret) {
    return fail(ErrorCode::kUpstream,
                "The secret of this connector cannot be opened: an admin has to set it again.");
  }
  Target target;
  target.key = connector.id.str();
  target.url = text_or_empty(config, "url");
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      if (!line.is_string()) continue;
      if (auto header = parse_header(std::string_view(line.get_string())))
        target.headers.push_back(std::move(*header));
    }
  }
  const std::string auth = text_or_empty(config, "auth");
  if (auth == "bearer")
    target.headers.emplace_back("Authorization", "Bearer " + std::string(secret->reveal()));
  if (auth == "header") target.headers.emplace_back(text_or_empty(config, "auth_name"), secret->reveal());
  if (account_kind_of(connector) || auth == kClientCredentials)
    target.identity = std::make_shared<Identity>(Identity{authorization_, entry, user, {}});
  if (account_kind_of(connector)) target.key += "/" + user.str();
  target.timeout_seconds =
      int(number_of(config, "timeout_seconds", kDefaultTimeoutSeconds, kMaxTimeoutSeconds));
  target.max_response_bytes =
      std::size_t(number_of(config, "max_bytes", kDefaultResponseBytes, kMaxResponseBytes));
  target.allow_private_addresses = flag_of(config, "allow_private_addresses");
  return target;
}

DiscoverTask McpKind::discover(std::shared_ptr<const ConnectorEntry> connector, UserId user) {
  std::vector<json::object> definitions;
  std::vector<std::string> keys;
  std::string cursor;
  for (int page = 0; page < kMaxPages; ++page) {
    auto target = target_of(connector, user);
    if (!target) co_return fail(std::move(target.error()));
    if (page == 0) client_.forget(target->key);  // also asked anew: which era it speaks
    json::object params;
    if (!cursor.empty()) params["cursor"] = cursor;
    auto reply = co_await client_.request(std::move(*target), "tools/list", std::move(params));
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->error_code != 0) {
      co_return fail(ErrorCode::kUpstream,
                     "The MCP server refuses to list its tools: " + reply->error_message);
    }
    const auto* tools = reply->result.if_contains("tools");
    if (tools == nullptr || !tools->is_array())
      co_return fail(ErrorCode::kUpstream, "The MCP server's list of tools has no tools.");
    for (const auto& tool : tools->get_array()) {
      if (!tool.is_object()) continue;
      auto definition = definition_of(tool.get_object(), keys);
      if (!definition) co_return fail(ErrorCode::kUpstream, std::move(definition.error().message));
      keys.push_back(text_or_empty(*definition, "key"));
      definitions.push_back(std::move(*definition));
      if (definitions.size() > kMaxTools) {
        co_return fail(ErrorCode::kUpstream,
                       "The MCP server lists more than " + std::to_string(kMaxTools) + " tools.");
      }
    }
    cursor = text_or_empty(reply->result, "nextCursor");
    if (cursor.empty()) co_return definitions;
  }
  co_return fail(ErrorCode::kUpstream, "The MCP server's list of tools does not end.");
}

CallTask McpKind::call(Call call) {
  const auto* tool = object_of(call.operation->definition, "tool");
  if (tool == nullptr)
    co_return call_failed("This tool is not known any more: an admin has to refresh the connector.");
  auto target = target_of(call.connector, call.user);
  const auto identity = target ? target->identity : nullptr;
  if (!target) co_return call_failed(target.error().message, 0);
  auto secret = open_secret(key_, *call.connector, "secret");
  json::object params;
  params["name"] = text_or_empty(*tool, "name");
  const auto* schema = object_of(*tool, "inputSchema");
  auto headers = mirrored_headers(schema == nullptr ? json::object() : *schema, call.arguments);
  params["arguments"] = std::move(call.arguments);
  auto reply =
      co_await client_.request(std::move(*target), "tools/call", std::move(params), std::move(headers));
  if (identity != nullptr && !identity->used.empty()) secret = Secret(identity->used.back());
  if (!reply) {
    // Refused by our own rules: the server itself may be well.
    const bool ours =
        reply.error().code == ErrorCode::kForbidden || reply.error().code == ErrorCode::kTooLarge;
    co_return call_failed(reply.error().message, ours ? 200 : 0);
  }
  if (reply->error_code != 0) {
    std::string text = "The MCP server refused the call (" + std::to_string(reply->error_code) +
                       "): " + reply->error_message;
    if (secret) cut_out(text, *secret);
    co_return call_failed(std::move(text));
  }
  const Secret none;
  co_return to_result(std::move(reply->result), secret ? *secret : none);
}

CapabilitiesTask McpKind::capabilities(std::shared_ptr<const ConnectorEntry> connector, UserId user) {
  auto target = target_of(connector, user);
  if (!target) co_return fail(std::move(target.error()));
  auto peer = co_await client_.peer(std::move(*target));
  if (!peer) co_return fail(std::move(peer.error()));
  // What is not passed on yet is not promised: subscriptions, changes of lists, logging.
  json::object out;
  for (const char* one : {"resources", "prompts", "completions"}) {
    if ((*peer)->capabilities.contains(one)) out[one] = json::object();
  }
  co_return out;
}

ForwardTask McpKind::forward(std::shared_ptr<const ConnectorEntry> connector, UserId user, std::string method,
                             json::object params) {
  auto target = target_of(connector, user);
  if (!target) co_return fail(std::move(target.error()));
  auto secret = open_secret(key_, *connector, "secret");
  const auto identity = target->identity;
  auto reply = co_await client_.request(std::move(*target), std::move(method), std::move(params));
  if (identity != nullptr && !identity->used.empty()) secret = Secret(identity->used.back());
  if (!reply) co_return fail(std::move(reply.error()));
  Forwarded out{std::move(reply->result), reply->error_code, std::move(reply->error_message)};
  if (secret && secret->reveal().size() >= kMinSecretToCut) {
    json::value whole(std::move(out.result));
    cut_out_of(whole, *secret);
    out.result = std::move(whole.get_object());
    cut_out(out.error_message, *secret);
  }
  if (out.error_code == 0 && !is_complete(out.result)) {
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server asks something back, which this connector cannot pass on.");
  }
  out.result.erase("resultType");
  co_return out;
}

}  // namespace wick::upstream
