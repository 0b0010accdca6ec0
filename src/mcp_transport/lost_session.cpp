#include "mcp_transport/lost_session.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "mcp_transport/protocol.h"

namespace wick::upstream {
namespace {

// The text in lower case, with spaces between the parts of names like SESSION_NOT_FOUND and SessionNotFound.
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

// Whether the text says that the server does not know the session.
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

// The text of an error, in JSON-RPC form or another form.
std::string error_words(const IncomingMessage& incoming) {
  if (incoming.message.empty()) return incoming.words;
  const auto* error = object_or_null(incoming.message, "error");
  if (error == nullptr)
    return text_or_empty(incoming.message, "error") + " " + text_or_empty(incoming.message, "message");
  std::string words = text_or_empty(*error, "message").substr(0, kMaxErrorBytes / 2);
  if (const auto* data = object_or_null(*error, "data")) {
    for (const char* member : {"message", "reason", "detail", "error"})
      words += " " + text_or_empty(*data, member);
  }
  return words + " " + text_or_empty(*error, "data");
}

}  // namespace

bool is_response_to(const json::object& message, const std::string& id) {
  const auto* its = message.if_contains("id");
  if (its == nullptr) return false;
  const std::string text = is_number(*its) ? plain_number_text(*its) : to_json(*its);
  return text == id || text == '"' + id + '"';
}

bool is_lost_session(const NegotiatedServer& negotiated, const IncomingMessage& incoming,
                     const std::string& id) {
  if (negotiated.modern || incoming.message.contains("method")) return false;
  if (incoming.refused_session) return true;
  const int status = incoming.status;
  const auto* error = object_or_null(incoming.message, "error");
  if (status == 429) return false;
  std::int64_t code = 0;
  if (error != nullptr) {
    if (const auto number = optional_int(*error, "code")) code = number->value_or(0);
  }
  const bool is_ours = is_response_to(incoming.message, id);
  const bool has_session = !negotiated.session.empty();
  const bool is_about = is_about_lost_session(error_words(incoming));
  // A refusal of the credential counts only when its text is about the session and it has no challenge.
  if (status == 401 || status == 403) return has_session && is_about && incoming.challenge.empty();
  if (is_ours && (code == kMethodNotFound || code == kInvalidParams))
    return status == 404 && has_session && is_about;
  if (status == 404 && has_session) return true;
  if (status < 400) {
    // A response that is no message of the protocol comes from the transport.
    const bool is_transport = !incoming.message.contains("jsonrpc");
    const bool is_reserved = error != nullptr && (code == -32600 || (code <= -32000 && code >= -32099));
    return has_session && is_about && (is_transport || is_reserved);
  }
  const bool refuses = status == 400 || status == 405 || status == 410;
  return is_about || (refuses && has_session && !is_ours);
}

}  // namespace wick::upstream
