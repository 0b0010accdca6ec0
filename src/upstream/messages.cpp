#include "upstream/messages.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "connectors/http_config.h"

namespace wick::upstream {
namespace {

constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

bool answers(const json::object& message, const std::string& id) {
  const auto* its = message.if_contains("id");
  if (its == nullptr) return false;
  const std::string text = is_number(*its) ? plain_number_text(*its) : to_json(*its);
  return text == id || text == '"' + id + '"';
}

// In lower case, with a space where a name written as one word has its parts: SESSION_NOT_FOUND, SessionNotFound.
std::string plain_words(std::string_view words) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string out;
  bool was_lower = false;
  for (const char c : words.substr(0, kMaxErrorBytes)) {
    if (was_lower && is_upper(c)) out += ' ';
    was_lower = c >= 'a' && c <= 'z';
    out += c == '_' || c == '-' ? ' ' : c;
  }
  return to_lower_ascii(out);
}

// What a server says of a session that it does not know.
bool is_about_lost_session(std::string_view words) {
  const std::string plain = plain_words(words);
  const std::string_view text = trim(plain);
  const auto says = [&](std::string_view one) { return text.find(one) != std::string_view::npos; };
  constexpr std::string_view kBeforeInitialize[] = {
      "server not initialized", "server is not initialized", "not been initialized", "before initializ",
      "initialize first",       "no transport found",        "transport not found"};
  if (text == "not initialized" || std::ranges::any_of(kBeforeInitialize, says)) return true;
  if (!says("session")) return false;
  constexpr std::string_view kSigns[] = {
      "not found",  "no valid",     "invalid",  "not valid",   "unknown",        "expired",
      "not exist",  "no such",      "missing",  "terminated",  "closed",         "no active",
      "no longer",  "no transport", "required", "not recogni", "unrecogni",      "not initialized",
      "no session", "not find",     "n't find", "n't exist",   "unable to find", "stale",
      "lost",       "not active",   "has ended"};
  return std::ranges::any_of(kSigns, says);
}

// The words of an error, of JSON-RPC or not.
std::string error_words(const Incoming& incoming) {
  if (incoming.message.empty()) return incoming.words;
  const auto* error = object_of(incoming.message, "error");
  if (error == nullptr)
    return text_or_empty(incoming.message, "error") + " " + text_or_empty(incoming.message, "message");
  std::string words = text_or_empty(*error, "message").substr(0, kMaxErrorBytes / 2);
  if (const auto* data = object_of(*error, "data")) {
    for (const char* member : {"message", "reason", "detail", "error"})
      words += " " + text_or_empty(*data, member);
  }
  return words + " " + text_or_empty(*error, "data");
}

}  // namespace

bool is_lost_session(const Peer& peer, const Incoming& incoming, const std::string& id) {
  if (peer.modern || incoming.message.contains("method")) return false;
  if (incoming.refused_session) return true;
  const int status = incoming.status;
  const auto* error = object_of(incoming.message, "error");
  if (status == 429) return false;
  std::int64_t code = 0;
  if (error != nullptr) {
    if (const auto number = optional_int(*error, "code")) code = number->value_or(0);
  }
  const bool is_ours = answers(incoming.message, id);
  const bool has_session = !peer.session.empty();
  const bool is_about = is_about_lost_session(error_words(incoming));
  // Of credentials, unless it has a session to speak of and asks for none.
  if (status == 401 || status == 403) return has_session && is_about && incoming.challenge.empty();
  if (is_ours && (code == kMethodNotFound || code == kInvalidParams))
    return status == 404 && has_session && is_about;
  if (status == 404 && has_session) return true;
  if (status < 400) {
    // What is no answer of the protocol at all can only be the transport's.
    const bool is_transport = !incoming.message.contains("jsonrpc");
    const bool is_reserved = error != nullptr && (code == -32600 || (code <= -32000 && code >= -32099));
    return has_session && is_about && (is_transport || is_reserved);
  }
  const bool refuses = status == 400 || status == 405 || status == 410;
  return is_about || (refuses && has_session && !is_ours);
}

std::unexpected<Error> session_lost() {
  return fail(ErrorCode::kNotFound, "The MCP server has forgotten the session.");
}

json::object client_info() {
  json::object info;
  info["name"] = "wick";
  info["version"] = WICK_VERSION;
  return info;
}

std::string excerpt(std::string_view text) {
  return printable(truncate_utf8(is_valid_utf8(text) ? text : "", kMaxErrorBytes));
}

bool is_level(std::string_view level) {
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

std::optional<Reply> reply_in(json::object& message, const std::string& id) {
  const auto* its = message.if_contains("id");
  const bool ours = answers(message, id);
  if (auto* result = message.if_contains("result"); result != nullptr && result->is_object() && ours) {
    Reply reply;
    reply.result = std::move(result->get_object());
    return reply;
  }
  const auto* error = object_of(message, "error");
  if (error == nullptr || message.contains("method") || (its != nullptr && !its->is_null() && !ours))
    return std::nullopt;
  Reply reply;
  const auto code = optional_int(*error, "code");
  reply.is_error = true;
  reply.error_code = code ? int(code->value_or(-32603)) : -32603;
  const std::string message_text = text_or_empty(*error, "message");
  reply.error_message = truncate_utf8(is_valid_utf8(message_text) ? message_text : "", kMaxRawErrorBytes);
  if (const auto* data = error->if_contains("data")) reply.error_data = *data;
  return reply;
}

std::unexpected<Error> not_mcp(const Incoming& incoming) {
  std::string what = "The MCP server answers with status " + std::to_string(incoming.status);
  if (incoming.status == 401 || incoming.status == 403)
    what += ": it does not accept this connector's credentials";
  if (incoming.status >= 300 && incoming.status < 400) {
    what += incoming.redirect.empty() ? ", a redirect" : ", a redirect to " + excerpt(incoming.redirect);
    what += ", which is not followed: when the server has moved, an admin has to set its new address";
  }
  if (incoming.status == 200) what += ", but not with a message of the protocol";
  return fail(ErrorCode::kUpstream, what + ".");
}

void note_refusal(const std::shared_ptr<Refusal>& refusal, const Incoming& incoming) {
  if (refusal != nullptr && (incoming.status == 401 || incoming.status == 403))
    *refusal = {incoming.status, incoming.challenge};
}

std::unexpected<Error> too_slow(int timeout_seconds) {
  return fail(ErrorCode::kTimeout,
              "The system did not answer within " + std::to_string(timeout_seconds) + " seconds.");
}

std::unexpected<Error> forgets_at_once() {
  return fail(ErrorCode::kUpstream, "The MCP server forgets its session at once.");
}

std::unexpected<Error> took_back() {
  return fail(ErrorCode::kUnavailable, "The client took the request back.");
}

json::object meta_for(const Peer& peer, const ClientSide* client, const Ask& ask, const std::string& id,
                      const std::string& level) {
  json::object meta = client == nullptr ? json::object() : client->meta;
  if (auto* given = ask.params.if_contains("_meta"); given != nullptr && given->is_object()) {
    for (const auto& one : given->get_object()) meta[one.key()] = one.value();
  }
  if (client != nullptr && client->progress_token) meta["progressToken"] = std::stoull(id);
  if (!peer.modern) return meta;
  const auto put = [&](std::string_view name, json::value value) {
    meta[std::string(kMetaPrefix) + std::string(name)] = std::move(value);
  };
  put("protocolVersion", json::string(kModernVersion));
  put("clientInfo", client_info());
  put("clientCapabilities", client == nullptr ? json::object() : client->capabilities);
  if (!level.empty()) put("logLevel", json::string(level));
  return meta;
}

Outgoing own_request(const Peer& peer, std::string id, std::string method, json::object params) {
  Ask ask;
  ask.params = std::move(params);
  json::object meta = meta_for(peer, nullptr, ask, id, "");
  if (!meta.empty()) ask.params["_meta"] = std::move(meta);
  return Outgoing{std::move(id), std::move(method), {}, std::move(ask.params), {}};
}

json::object error_answer(const json::value& id, int code, std::string_view message) {
  json::object error;
  error["code"] = code;
  error["message"] = json::string(message);
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["error"] = std::move(error);
  return out;
}

json::object result_answer(const json::value& id, json::object result) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["id"] = id;
  out["result"] = std::move(result);
  return out;
}

json::object notification(std::string_view method, json::object params) {
  json::object out;
  out["jsonrpc"] = "2.0";
  out["method"] = json::string(method);
  out["params"] = std::move(params);
  return out;
}

bool can_answer(const ClientSide* client, std::string_view method) {
  const std::string_view capability = method == "elicitation/create"       ? "elicitation"
                                      : method == "sampling/createMessage" ? "sampling"
                                      : method == "roots/list"             ? "roots"
                                                                           : "";
  return client != nullptr && !capability.empty() && client->capabilities.contains(capability);
}

std::optional<json::object> for_client(json::object message, const std::string& id,
                                       const ClientSide& client) {
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

bool is_wanted(const json::object& message, const json::object& filter) {
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
  const auto* params = object_of(message, "params");
  const auto* uris = filter.if_contains("resourceSubscriptions");
  if (params == nullptr || uris == nullptr || !uris->is_array()) return false;
  const auto* uri = params->if_contains("uri");
  return uri != nullptr &&
         std::find(uris->get_array().begin(), uris->get_array().end(), *uri) != uris->get_array().end();
}

const json::object* refusal_in(const json::object& params) {
  const auto* responses = object_of(params, "inputResponses");
  if (responses == nullptr) return nullptr;
  for (const auto& one : *responses) {
    const auto* error =
        one.value().is_object() ? object_of(one.value().get_object(), kRefusedAnswer) : nullptr;
    if (error != nullptr) return error;
  }
  return nullptr;
}

}  // namespace wick::upstream
