#include "upstream/mcp_client.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "upstream/sse.h"

namespace wick::upstream {
namespace {

constexpr int kUnsupportedVersion = -32022;
const std::vector<std::pair<std::string, std::string>> kNoMore;
constexpr std::string_view kRequestId = "1";  // each request is an exchange of its own

json::object client_info() {
  json::object info;
  info["name"] = "wick";
  info["version"] = WICK_VERSION;
  return info;
}

std::string fingerprint_of(const Target& target) {
  std::string all = target.url;
  for (const auto& [name, value] : target.headers) all.append("\n").append(name).append(": ").append(value);
  return to_hex(sha256(all));
}

// A header value that says `text` whatever it holds (2026-07-28, transports, "Value Encoding").
std::string header_value(std::string_view text) {
  const bool plain =
      !text.empty() && text.front() != ' ' && text.back() != ' ' && text.front() != '\t' &&
      text.back() != '\t' &&
      std::all_of(text.begin(), text.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); }) &&
      !(text.starts_with("=?base64?") && text.ends_with("?="));
  return plain ? std::string(text) : "=?base64?" + to_base64(text) + "?=";
}

std::string request_text(std::string_view method, const json::object& params) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(kRequestId) + R"(,"method":)" +
         to_json(json::string(method)) + R"(,"params":)" + to_json(params) + "}";
}

// The part of a server's own words that may be repeated.
std::string excerpt(std::string_view text) {
  return printable(truncate_utf8(is_valid_utf8(text) ? text : "", kMaxErrorBytes));
}

// The answer to our request among the messages of a response; nullopt when there is none.
std::optional<Reply> find_reply(const http::ClientResponse& response) {
  std::vector<std::string> texts;
  if (response.content_type.starts_with("text/event-stream")) {
    texts = event_data(response.body);
  } else {
    texts.push_back(response.body);
  }
  for (const std::string& text : texts) {
    auto value = parse_json(text);
    if (!value || !value->is_object()) continue;
    json::object& message = value->get_object();
    const auto* id = message.if_contains("id");
    if (auto* result = message.if_contains("result");
        result != nullptr && result->is_object() && id != nullptr && to_json(*id) == kRequestId) {
      return Reply{std::move(result->get_object()), 0, ""};
    }
    const auto* error = message.if_contains("error");
    if (error == nullptr || !error->is_object()) continue;
    const auto code = optional_int(error->get_object(), "code");
    Reply reply;
    reply.result = error->get_object();
    reply.error_code = code ? int(code->value_or(-32603)) : -32603;
    reply.error_message = excerpt(text_or_empty(error->get_object(), "message"));
    return reply;
  }
  return std::nullopt;
}

bool supports_modern(const Reply& reply) {
  const auto* data = reply.result.if_contains("data");
  const json::value* versions = nullptr;
  if (reply.error_code == 0) {
    versions = reply.result.if_contains("supportedVersions");
  } else if (data != nullptr && data->is_object()) {
    versions = data->get_object().if_contains("supported");
  }
  return versions != nullptr && versions->is_array() &&
         std::any_of(versions->get_array().begin(), versions->get_array().end(), [](const json::value& one) {
           return one.is_string() && one.get_string() == kModernVersion;
         });
}

std::unexpected<Error> not_mcp(const http::ClientResponse& response) {
  std::string what = "The MCP server answers with status " + std::to_string(response.status);
  if (response.status == 401 || response.status == 403)
    what += ": it does not accept this connector's credentials";
  if (response.status >= 300 && response.status < 400) what += ", a redirect, which is not followed";
  if (response.status == 200) what += ", but not with a message of the protocol";
  return fail(ErrorCode::kUpstream, what + ".");
}

}  // namespace

http::Task<Result<http::ClientResponse>> McpClient::post(
    const Target& target, const Peer& peer, std::string method, std::string name, std::string body,
    std::vector<std::pair<std::string, std::string>> more_headers) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = target.url;
  request.headers = target.headers;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", "application/json, text/event-stream");
  if (!peer.version.empty()) request.headers.emplace_back("MCP-Protocol-Version", peer.version);
  if (!peer.session.empty()) request.headers.emplace_back("Mcp-Session-Id", peer.session);
  if (peer.modern) {
    request.headers.emplace_back("Mcp-Method", method);
    if (!name.empty()) request.headers.emplace_back("Mcp-Name", header_value(name));
    for (auto& [header, value] : more_headers) request.headers.emplace_back(header, header_value(value));
  }
  request.has_body = true;
  request.body = std::move(body);
  request.timeout_seconds = target.timeout_seconds;
  request.max_response_bytes = target.max_response_bytes;
  request.allow_private_addresses = target.allow_private_addresses;
  if (target.identity != nullptr) {
    auto authorized = co_await send_authorized(http_, target.identity, std::move(request));
    co_return authorized;
  }
  auto response = co_await http_.send(std::move(request));
  co_return response;
}

http::Task<Result<std::shared_ptr<const Peer>>> McpClient::find_out(const Target& target,
                                                                    std::string fingerprint) {
  Peer modern;
  modern.modern = true;
  modern.version = kModernVersion;
  modern.fingerprint = fingerprint;
  json::object params, meta;
  meta["io.modelcontextprotocol/protocolVersion"] = kModernVersion;
  meta["io.modelcontextprotocol/clientInfo"] = client_info();
  meta["io.modelcontextprotocol/clientCapabilities"] = json::object();
  params["_meta"] = std::move(meta);
  std::string body = request_text("server/discover", params);
  auto response = co_await post(target, modern, "server/discover", "", std::move(body), kNoMore);
  if (!response) co_return fail(std::move(response.error()));
  const auto reply = find_reply(*response);
  if (reply && supports_modern(*reply) &&
      (reply->error_code == 0 || reply->error_code == kUnsupportedVersion)) {
    if (const auto* their = reply->result.if_contains("_meta"); their != nullptr && their->is_object()) {
      const auto* info = their->get_object().if_contains("io.modelcontextprotocol/serverInfo");
      if (info != nullptr && info->is_object()) {
        modern.name = excerpt(text_or_empty(info->get_object(), "name"));
        modern.server_version = excerpt(text_or_empty(info->get_object(), "version"));
      }
    }
    if (const auto* can = reply->result.if_contains("capabilities"); can != nullptr && can->is_object())
      modern.capabilities = can->get_object();
    co_return std::make_shared<const Peer>(std::move(modern));
  }
  // Not the server's word on the matter: it is away, or we are not let in.
  if (response->status >= 500 || response->status == 401 || response->status == 403)
    co_return not_mcp(*response);
  auto legacy = co_await initialize(target, std::move(fingerprint));
  co_return legacy;
}

http::Task<Result<std::shared_ptr<const Peer>>> McpClient::initialize(const Target& target,
                                                                      std::string fingerprint) {
  json::object params;
  params["protocolVersion"] = kNewestLegacy;
  params["capabilities"] = json::object();
  params["clientInfo"] = client_info();
  Peer peer;
  std::string body = request_text("initialize", params);
  auto response = co_await post(target, peer, "initialize", "", std::move(body), kNoMore);
  if (!response) co_return fail(std::move(response.error()));
  const auto reply = find_reply(*response);
  if (!reply || reply->error_code != 0) {
    if (reply) {
      co_return fail(ErrorCode::kUpstream, "The MCP server refuses to begin: " + reply->error_message);
    }
    co_return not_mcp(*response);
  }
  peer.fingerprint = std::move(fingerprint);
  peer.version = text_or_empty(reply->result, "protocolVersion");
  if (peer.version != "2025-11-25" && peer.version != "2025-06-18" && peer.version != "2025-03-26") {
    co_return fail(ErrorCode::kUpstream, "The MCP server speaks the revision \"" + excerpt(peer.version) +
                                             "\", which Wick does not.");
  }
  if (const auto* info = reply->result.if_contains("serverInfo"); info != nullptr && info->is_object()) {
    peer.name = excerpt(text_or_empty(info->get_object(), "name"));
    peer.server_version = excerpt(text_or_empty(info->get_object(), "version"));
  }
  if (const auto* can = reply->result.if_contains("capabilities"); can != nullptr && can->is_object())
    peer.capabilities = can->get_object();
  // 2025-11-25, transports, "Session Management": visible ASCII.
  peer.session = response->header("mcp-session-id");
  if (!std::all_of(peer.session.begin(), peer.session.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    co_return fail(ErrorCode::kUpstream, "The MCP server gives a session id that is not visible ASCII.");
  std::string initialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
  auto told = co_await post(target, peer, "notifications/initialized", "", std::move(initialized), kNoMore);
  if (!told) co_return fail(std::move(told.error()));
  if (told->status < 200 || told->status >= 300) co_return not_mcp(*told);
  co_return std::make_shared<const Peer>(std::move(peer));
}

http::Task<Result<std::shared_ptr<const Peer>>> McpClient::peer(Target target) {
  std::string fingerprint = fingerprint_of(target);
  {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(target.key);
    if (found != peers_.end() && found->second->fingerprint == fingerprint) co_return found->second;
  }
  auto found = co_await find_out(target, std::move(fingerprint));
  if (!found) co_return fail(std::move(found.error()));
  const std::lock_guard lock(mutex_);
  peers_[target.key] = *found;
  co_return *found;
}

void McpClient::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  peers_.erase(key);
}

http::Task<Result<Reply>> McpClient::request(Target target, std::string method, json::object params,
                                             std::vector<std::pair<std::string, std::string>> more_headers) {
  std::string name = text_or_empty(params, method == "resources/read" ? "uri" : "name");
  for (bool again = false;; again = true) {
    Target copy = target;
    auto speaking = co_await peer(std::move(copy));
    if (!speaking) co_return fail(std::move(speaking.error()));
    const Peer& with = **speaking;
    json::object sent = params;
    if (with.modern) {
      json::object meta;
      if (auto* given = sent.if_contains("_meta"); given != nullptr && given->is_object())
        meta = std::move(given->get_object());
      meta["io.modelcontextprotocol/protocolVersion"] = kModernVersion;
      meta["io.modelcontextprotocol/clientInfo"] = client_info();
      meta["io.modelcontextprotocol/clientCapabilities"] = json::object();
      sent["_meta"] = std::move(meta);
    }
    std::string body = request_text(method, sent);
    std::vector<std::pair<std::string, std::string>> mirrored = more_headers;
    auto response = co_await post(target, with, method, name, std::move(body), std::move(mirrored));
    if (!response) co_return fail(std::move(response.error()));
    // The session is gone, or the server was replaced by one of the other era: nothing was begun.
    const bool forgotten = response->status == 404 && !with.session.empty();
    auto reply = find_reply(*response);
    const bool other_era = reply && with.modern && reply->error_code == kUnsupportedVersion;
    if ((forgotten || other_era) && !again) {
      forget(target.key);
      continue;
    }
    if (!reply) {
      if (response->status == 400 || response->status == 404 || response->status == 405) forget(target.key);
      co_return not_mcp(*response);
    }
    co_return std::move(*reply);
  }
}

}  // namespace wick::upstream
