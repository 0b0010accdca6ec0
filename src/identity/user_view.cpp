#include "identity/user_view.h"

#include "api/references.h"
#include "base/json.h"

namespace wick::api {

json::object me(const AccessSnapshot& snapshot, const UserEntry& user) {
  json::object out;
  out["id"] = user.id.str();
  out["email"] = user.email;
  out["name"] = user.name;
  out["role"] = role_name(user.role);
  out["tags"] = tag_refs(snapshot, user.tags);
  out["has_password"] = user.has_password;
  return out;
}

json::object session_info(const BrowserSession& session, const SessionId& current) {
  json::object out;
  out["id"] = session.id.str();
  out["current"] = session.id == current;
  out["created_at"] = format_rfc3339(session.created_at);
  out["last_seen_at"] = format_rfc3339(session.last_seen_at);
  out["expires_at"] = format_rfc3339(session.expires_at);
  out["ip"] = session.ip;
  out["user_agent"] = session.user_agent;
  return out;
}

json::object session_view(const AccessSnapshot& snapshot, const BrowserSession& session) {
  json::object out;
  out["id"] = session.id.str();
  if (const UserEntry* user = snapshot.user(session.user)) out["user"] = me(snapshot, *user);
  out["expires_at"] = format_rfc3339(session.expires_at);
  out["must_enrol"] = session.must_enrol;
  return out;
}

json::object user_view(const AccessSnapshot& snapshot, const User& user) {
  json::object out;
  out["id"] = user.id.str();
  out["email"] = user.status == UserStatus::kDeleted ? std::string() : user.email;
  out["name"] = user.name;
  out["role"] = role_name(user.role);
  out["status"] = status_name(user.status);
  const UserEntry* entry = snapshot.user(user.id);
  out["tags"] = entry == nullptr ? json::array() : tag_refs(snapshot, entry->tags);
  out["created_at"] = format_rfc3339(user.created_at);
  out["last_seen_at"] = time_or_null(user.last_sign_in_at);
  out["active_tokens"] = user.active_tokens;
  out["has_password"] = user.has_password;
  out["external"] = user.external;
  out["second_factor"] = user.second_factor;
  return out;
}

json::object tag_view(const Tag& tag) {
  json::object out;
  out["id"] = tag.id;
  out["name"] = tag.name;
  out["filter"] = tag.filter;
  out["description"] = tag.description;
  out["users"] = tag.users;
  out["connectors"] = tag.connectors;
  return out;
}

json::object link_view(const std::string& public_url, const Link& link) {
  json::object out;
  out["url"] = public_url + "/invite#token=" + std::string(link.token.reveal());
  out["expires_at"] = format_rfc3339(link.expires_at);
  return out;
}

}  // namespace wick::api
