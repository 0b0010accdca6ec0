#include "tokens/token_view.h"

#include "api/references.h"
#include "base/json.h"

namespace wick::api {
namespace {

// "claude-code/1.2 (…)" → "claude-code".
std::string client_of(std::string_view user_agent) {
  return std::string(user_agent.substr(0, user_agent.find_first_of("/ ")));
}

const char* token_status_name(TokenStatus status) {
  switch (status) {
    case TokenStatus::kActive:
      return "active";
    case TokenStatus::kExpired:
      return "expired";
    case TokenStatus::kRevoked:
      return "revoked";
  }
  return "";
}

}  // namespace

json::value last_used_view(const std::optional<Micros>& at, const std::string& ip,
                           const std::string& user_agent) {
  if (!at) return nullptr;
  json::object used;
  used["at"] = format_rfc3339(*at);
  used["ip"] = ip;
  used["client"] = client_of(user_agent);
  used["user_agent"] = user_agent;
  return used;
}

json::value revoked_view(const AccessSnapshot& snapshot, const std::optional<Micros>& at,
                         const std::string& revoked_by, const std::string& reason) {
  if (!at) return nullptr;
  json::object out;
  out["at"] = format_rfc3339(*at);
  const auto by = UserId::parse(revoked_by);
  out["by"] = by && !by->empty() ? json::value(user_ref(snapshot, *by)) : json::value(nullptr);
  out["reason"] = reason;
  return out;
}

json::object token_view(const AccessSnapshot& snapshot, const Token& token, Micros now) {
  json::object out;
  out["id"] = token.id.str();
  out["name"] = token.name;
  out["description"] = token.description;
  out["masked"] = token.masked();
  out["tools"] = tools_name(token.tools);
  out["scope"] = scope_json(token.scope);
  out["status"] = token_status_name(token.status(now));
  out["owner"] = user_ref(snapshot, token.owner);
  out["created_at"] = format_rfc3339(token.created_at);
  out["expires_at"] = time_or_null(token.expires_at);
  out["last_used"] = last_used_view(token.last_used_at, token.last_ip, token.last_user_agent);
  out["revoked"] = revoked_view(snapshot, token.revoked_at, token.revoked_by, token.revoked_reason);
  return out;
}

json::object minted_view(const AccessSnapshot& snapshot, const MintedToken& minted, Micros now) {
  json::object out;
  out["token"] = token_view(snapshot, minted.token, now);
  out["plaintext"] = std::string(minted.plaintext.reveal());
  return out;
}

}  // namespace wick::api
