#include "mcp/message.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "base/text.h"
#include "base/visible_text.h"

namespace wick::mcp {
namespace {

constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kMetaClient = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";

std::unexpected<Rejection> reject(int status, int code, std::string message, std::string id = {}) {
  return std::unexpected(Rejection{status, code, std::move(message), std::move(id)});
}

// Revisions are dates, which compare as text. Every revision from 2026-07-28 on is modern.
bool names_modern(std::string_view version) {
  return version >= kModern;
}

std::string bounded_text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !is_text(*value)) return {};
  return visible_text(truncate_utf8(value->get_string(), kMaxNameBytes));
}

// JSON has one type of number: 1.0 is an integer. A number that needs an exponent is no id.
bool is_text_or_integer(const json::value& value) {
  if (!is_number(value)) return value.is_string();
  return is_integer(value) && plain_number_text(value).find_first_of("eE") == std::string::npos;
}

std::expected<std::string, Rejection> read_id(const json::object& body) {
  const auto* id = body.if_contains("id");
  if (id == nullptr) return std::string();
  if (!is_text_or_integer(*id)) {
    return reject(400, kInvalidRequest, "\"id\" must be a string or an integer.");
  }
  std::string text = id_text(*id);
  if (text.size() > kMaxIdBytes) return reject(400, kInvalidRequest, "\"id\" is too long.");
  return text;
}

// Reads the members of _meta that both generations have.
void take_meta(Message& message, json::object& meta) {
  if (const auto* token = meta.if_contains("progressToken"); token != nullptr && is_text_or_integer(*token)) {
    message.progress_token = *token;
  }
  message.traceparent = bounded_text(meta, "traceparent");
  message.log_level = bounded_text(meta, kMetaLogLevel);
  if (const auto* client = meta.if_contains(kMetaClient); client != nullptr && client->is_object()) {
    message.client_name = bounded_text(client->get_object(), "name");
    message.client_version = bounded_text(client->get_object(), "version");
  }
}

// Checks the headers of a modern request (2026-07-28, transports, "Standard headers").
std::optional<Rejection> check_headers(const http::Request& request, const Message& message,
                                       std::string_view version) {
  const auto mismatch = [&](std::string text) {
    return Rejection{400, kHeaderMismatch, std::move(text), message.id};
  };
  const auto header_version = request.header("mcp-protocol-version");
  if (header_version && trim(*header_version) != version) {
    return mismatch("The header MCP-Protocol-Version has another version than _meta.");
  }
  const auto method = request.header("mcp-method");
  if (method && trim(*method) != message.method)
    return mismatch("The header Mcp-Method has another method than the body.");
  if (version != kModern) {
    Rejection unsupported{400, kUnsupportedVersion, "This server does not support this protocol version.",
                          message.id};
    json::array supported{json::string(kModern)};
    for (const auto legacy : kLegacyVersions) supported.emplace_back(json::string(legacy));
    json::object& data = unsupported.data.emplace_object();
    data["supported"] = std::move(supported);
    data["requested"] = std::string(version);
    return unsupported;
  }
  if (!header_version) return mismatch("The header MCP-Protocol-Version is missing.");
  if (message.kind != Message::Kind::kRequest)
    return std::nullopt;  // the revision has no rule for headers of notifications
  if (!method) return mismatch("The header Mcp-Method is missing.");
  if (message.method == "tools/call" || message.method == "prompts/get" ||
      message.method == "resources/read") {
    const auto* name = message.params.if_contains(message.method == "resources/read" ? "uri" : "name");
    const auto header = request.header("mcp-name");
    if (!header) return mismatch("The header Mcp-Name is missing.");
    const auto decoded = decode_header(trim(*header));
    if (!decoded || name == nullptr || !is_text(*name) || *decoded != std::string_view(name->get_string())) {
      return mismatch("The header Mcp-Name has another name than the body.");
    }
  }
  return std::nullopt;
}

// Moves the params of `object` into the message, and returns their _meta.
std::expected<json::object, Rejection> take_params(json::object& object, Message& message) {
  json::value* params = object.if_contains("params");
  // Some clients write null or an empty list instead of leaving params out.
  if (params != nullptr && (params->is_null() || (params->is_array() && params->get_array().empty())))
    params = nullptr;
  if (params != nullptr && !params->is_object())
    return reject(400, kInvalidRequest, "\"params\" must be an object.", message.id);
  json::object meta;
  if (params != nullptr) {
    message.params = std::move(params->get_object());
    if (auto* found = message.params.if_contains("_meta")) {
      if (!found->is_object() && !found->is_null())
        return reject(400, kInvalidParams, "\"_meta\" must be an object.", message.id);
      if (found->is_object()) meta = std::move(found->get_object());
      message.params.erase("_meta");
    }
  }
  take_meta(message, meta);
  for (const auto& one : meta) {
    if (one.key() != "progressToken" && !one.key().starts_with("io.modelcontextprotocol/"))
      message.meta[one.key()] = one.value();
  }

  return meta;
}

// Checks what 2026-07-28 demands of a message, and reads its client's capabilities. A message of an earlier revision passes.
std::optional<Rejection> read_revision(const http::Request& request, const json::object& meta, bool in_batch,
                                       Message& message) {
  const auto refuse = [&](int code, std::string text) {
    return Rejection{400, code, std::move(text), message.id};
  };
  const auto* version = meta.if_contains(kMetaVersion);
  message.modern = version != nullptr;
  if (version == nullptr) {
    if (!names_modern(trim(request.header("mcp-protocol-version").value_or("")))) return std::nullopt;
    if (message.method == "initialize") {
      return refuse(kHeaderMismatch,
                    "initialize belongs to revisions before 2026-07-28, which the header names.");
    }
    message.modern = true;
    if (message.kind == Message::Kind::kNotification) return std::nullopt;
    return refuse(kInvalidParams, "params._meta must carry \"" + std::string(kMetaVersion) + "\" and \"" +
                                      std::string(kMetaCapabilities) + "\".");
  }
  if (in_batch) return refuse(kInvalidRequest, "This revision has no batches.");
  if (!is_text(*version))
    return refuse(kInvalidParams, "\"" + std::string(kMetaVersion) + "\" must be a string.");
  const auto* capabilities = meta.if_contains(kMetaCapabilities);
  if (message.kind == Message::Kind::kRequest && (capabilities == nullptr || !capabilities->is_object()))
    return refuse(kInvalidParams, "\"" + std::string(kMetaCapabilities) + "\" must be an object.");
  if (capabilities != nullptr && capabilities->is_object()) message.capabilities = capabilities->get_object();
  const std::string requested(version->get_string());
  return check_headers(request, message, requested);
}

std::expected<Message, Rejection> read_message(const http::Request& request, json::value& body,
                                               bool in_batch) {
  if (!body.is_object()) return reject(400, kInvalidRequest, "A message must be a JSON object.");
  json::object& object = body.get_object();
  WICK_TRY(id, read_id(object));
  Message message;
  message.id = std::move(id);
  const auto* version = object.if_contains("jsonrpc");
  if (version == nullptr || !version->is_string() || version->get_string() != "2.0") {
    return reject(400, kInvalidRequest, "\"jsonrpc\" must be \"2.0\".", message.id);
  }
  const auto* method = object.if_contains("method");
  if (method == nullptr) {
    if (!object.contains("result") && !object.contains("error"))
      return reject(400, kInvalidRequest, "\"method\" is missing.", message.id);
    message.kind = Message::Kind::kResponse;
    message.answer = std::move(object);
    if (names_modern(trim(request.header("mcp-protocol-version").value_or(""))))
      return reject(400, kInvalidRequest, "In this revision, clients send no responses.", message.id);
    return message;
  }
  if (!is_text(*method)) return reject(400, kInvalidRequest, "\"method\" must be a string.", message.id);
  message.method = std::string(method->get_string());
  message.kind = message.id.empty() ? Message::Kind::kNotification : Message::Kind::kRequest;

  WICK_TRY(meta, take_params(object, message));
  if (auto refused = read_revision(request, meta, in_batch, message))
    return std::unexpected(std::move(*refused));
  return message;
}

}  // namespace

std::string id_text(const json::value& id) {
  return is_number(id) ? plain_number_text(id) : to_json(id);
}

bool is_legacy_version(std::string_view version) {
  return std::find(std::begin(kLegacyVersions), std::end(kLegacyVersions), version) !=
         std::end(kLegacyVersions);
}

std::optional<std::string> decode_header(std::string_view value) {
  constexpr std::string_view kPrefix = "=?base64?", kSuffix = "?=";
  if (!value.starts_with(kPrefix) || !value.ends_with(kSuffix) ||
      value.size() < kPrefix.size() + kSuffix.size()) {
    return std::string(value);
  }
  std::string body(value.substr(kPrefix.size(), value.size() - kPrefix.size() - kSuffix.size()));
  if (body.size() % 4 != 0) return std::nullopt;
  while (body.ends_with('=')) body.pop_back();
  for (char& c : body) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return from_base64url(body);
}

std::expected<Incoming, Rejection> read_body(const http::Request& request) {
  auto body = parse_json(request.body);
  if (!body) return reject(400, kParseError, body.error().message);
  Incoming incoming;
  if (!body->is_array()) {
    WICK_TRY(message, read_message(request, *body, false));
    incoming.messages.push_back(std::move(message));
    return incoming;
  }
  json::array& items = body->get_array();
  if (items.empty() || items.size() > kMaxBatch) {
    return reject(400, kInvalidRequest, "A batch must hold 1 to " + std::to_string(kMaxBatch) + " messages.");
  }
  incoming.batch = true;
  for (json::value& item : items) {
    WICK_TRY(message, read_message(request, item, true));
    if (message.modern || message.method == "initialize") {
      return reject(400, kInvalidRequest, "This message cannot be part of a batch.", message.id);
    }
    incoming.messages.push_back(std::move(message));
  }
  return incoming;
}

std::string result_text(std::string_view id, std::string_view result) {
  std::string out;
  out.reserve(id.size() + result.size() + 40);
  return out.append(R"({"jsonrpc":"2.0","id":)")
      .append(id)
      .append(R"(,"result":)")
      .append(result)
      .append("}");
}

std::string error_text(const Rejection& rejection) {
  json::object error;
  error["code"] = rejection.code;
  error["message"] = rejection.message;
  if (!rejection.data.is_null()) error["data"] = rejection.data;
  std::string out = R"({"jsonrpc":"2.0",)";
  if (!rejection.id.empty()) out += "\"id\":" + rejection.id + ",";
  return out + "\"error\":" + to_json(error) + "}";
}

http::Response json_response(std::string body, int status) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

http::Response to_response(const Rejection& rejection) {
  return json_response(error_text(rejection), rejection.http_status);
}

}  // namespace wick::mcp
