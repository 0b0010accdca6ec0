#include "api/views.h"

#include "base/json.h"
#include "base/text.h"
#include "mcp/tools.h"
#include "mcp_transport/child_process.h"

namespace wick::api {
namespace {

// "claude-code/1.2 (…)" → "claude-code".
std::string client_of(std::string_view user_agent) {
  return std::string(user_agent.substr(0, user_agent.find_first_of("/ ")));
}

json::object base_view(const AccessSnapshot& snapshot, const ConnectorEntry& connector, const Health& health,
                       bool admin) {
  json::object out;
  out["id"] = connector.id.str();
  out["kind"] = connector.kind;
  out["label"] = connector.label;
  out["slug"] = connector.slug;
  out["description"] = connector.description;
  out["icon"] = connector.icon;
  out["tags"] = tag_refs(snapshot, connector.tags);
  out["disabled"] = connector.disabled;
  out["health"] = health.state;
  out["health_since"] = health.since == 0 ? json::value(nullptr) : json::value(format_rfc3339(health.since));
  if (admin) out["health_message"] = health.message;
  out["account"] = account_kind_name(connector);
  return out;
}

// Null for none, as of the meta tools.
json::value connector_ref(const AccessSnapshot& snapshot, const std::string& id) {
  const auto parsed = ConnectorId::parse(id);
  if (!parsed) return nullptr;
  const ConnectorEntry* connector = snapshot.connector(*parsed);
  json::object ref;
  ref["id"] = id;
  ref["label"] = connector == nullptr ? std::string("Deleted connector") : connector->label;
  return ref;
}

// The payload as JSON; as text when it was not JSON.
json::value payload(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  auto value = parse_json(*text);
  return value ? std::move(*value) : json::value(*text);
}

}  // namespace

json::value time_or_null(const std::optional<Micros>& time) {
  if (!time) return nullptr;
  return json::value(format_rfc3339(*time));
}

json::object user_ref(const AccessSnapshot& snapshot, const UserId& id) {
  json::object out;
  const UserEntry* user = snapshot.user(id);
  const bool deleted = user == nullptr || user->status == UserStatus::kDeleted;
  out["id"] = id.str();
  out["name"] = user == nullptr ? std::string("Deleted user") : user->name + (deleted ? " (deleted)" : "");
  out["email"] = deleted ? std::string() : user->email;
  return out;
}

json::array tag_refs(const AccessSnapshot& snapshot, const std::vector<TagId>& tags) {
  json::array out;
  for (const TagId& id : tags) {
    const auto tag = snapshot.tags.find(id);
    if (tag == snapshot.tags.end()) continue;
    json::object ref;
    ref["id"] = id.str();
    ref["name"] = tag->second.name;
    ref["filter"] = tag->second.filter;
    out.push_back(std::move(ref));
  }
  return out;
}

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

static const char* token_status_name(TokenStatus status) {
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

const char* account_kind_name(const ConnectorEntry& connector) {
  const auto kind = upstream::account_kind_of(connector);
  return !kind ? "none" : *kind == upstream::LinkedAccountKind::kOAuth ? "oauth" : "key";
}

json::object operation_view(const ConnectorEntry& connector, const OperationEntry& operation) {
  json::object out;
  out["key"] = operation.key;
  out["name"] = operation.name;
  out["description"] = operation.description;
  out["input_schema"] = operation.input_schema;
  out["read_only"] = operation.read_only;
  out["destructive"] = operation.destructive;
  out["idempotent"] = operation.idempotent;
  out["enabled"] = operation.enabled;
  if (operation.held) out["held"] = true;
  out["tool_name"] = mcp::tool_name(connector, operation);
  out["tool_id"] = tool_id(connector, operation);
  return out;
}

namespace {

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& one : list) out.push_back(json::string(one));
  return out;
}

// As the connected system described it: of an MCP server, the tool itself.
json::object described(const json::object& definition) {
  const auto* tool = definition.if_contains("tool");
  return tool != nullptr && tool->is_object() ? tool->get_object() : definition;
}

// What is offered beside what is accepted, for an admin to decide on.
json::object offer_view(const ConnectorEntry& connector) {
  json::array changes;
  for (const auto& [key, text] : connector.offered) {
    json::object change;
    change["key"] = key;
    if (const OperationEntry* accepted = connector.operation(key))
      change["accepted"] = described(accepted->definition);
    const json::value offered = text ? parse_trusted_json(*text) : json::value();
    if (offered.is_object()) change["offered"] = described(offered.get_object());
    changes.push_back(std::move(change));
  }
  json::object out;
  out["digest"] = digest_of(connector.offered);
  out["changes"] = std::move(changes);
  return out;
}

}  // namespace

json::object changes_view(const DiscoveredChanges& changes) {
  json::object out;
  out["added"] = texts(changes.added);
  out["changed"] = texts(changes.changed);
  out["removed"] = texts(changes.removed);
  out["unchanged"] = changes.unchanged;
  return out;
}

Error with_standard_error(const ConnectorKind& kind, const ConnectorEntry& connector, Error error) {
  const std::string said = upstream::standard_error_excerpt(kind.standard_error(connector));
  if (!said.empty()) error.message += " Its standard error ends with " + said + ".";
  return error;
}

json::object connector_summary(Services& services, const AccessSnapshot& snapshot,
                               const ConnectorEntry& connector, bool admin) {
  json::object out = base_view(snapshot, connector, services.runner.health(connector.id), admin);
  std::size_t enabled = 0;
  for (const auto& operation : connector.operations) enabled += operation.enabled;
  out["operations_total"] = connector.operations.size();
  out["operations_enabled"] = enabled;
  out["offered_changes"] = connector.offered.size();
  return out;
}

json::object connector_view(Services& services, const AccessSnapshot& snapshot,
                            const ConnectorEntry& connector, bool admin) {
  json::object out = base_view(snapshot, connector, services.runner.health(connector.id), admin);
  json::array operations;
  for (const auto& operation : connector.operations) {
    if ((!operation.enabled || operation.held) && !admin) continue;
    json::object view = operation_view(connector, operation);
    if (const auto* rest = operation.definition.if_contains("rest"); rest != nullptr && admin)
      view["rest"] = *rest;
    operations.push_back(std::move(view));
  }
  out["operations"] = std::move(operations);
  if (admin) {
    if (!connector.offered.empty()) out["offer"] = offer_view(connector);
    const ConnectorKind* its = services.kinds.find(connector.kind);
    if (std::string text = its == nullptr ? "" : its->standard_error(connector); !text.empty())
      out["stderr"] = std::move(text);
    if (const auto left_out = its == nullptr ? std::vector<std::string>() : its->left_out(connector);
        !left_out.empty())
      out["left_out"] = json::array(left_out.begin(), left_out.end());
    json::object config = connector.config;
    for (const auto& secret : connector.sealed_secrets) {
      json::object set;
      set["set"] = true;
      config[secret.key()] = std::move(set);
    }
    out["config"] = std::move(config);
    if (const auto kind = upstream::account_kind_of(connector)) {
      const auto users = services.accounts.count(connector.id);
      out["accounts_connected"] = users ? json::value(*users) : json::value();
      if (*kind == upstream::LinkedAccountKind::kOAuth)
        out["redirect_uri"] = services.accounts.registrations().redirect_uri(connector.id);
    }
  }
  return out;
}

json::array days_view(const std::vector<UsageDay>& days) {
  json::array out;
  for (const UsageDay& day : days) {
    json::object item;
    item["day"] = day.day;
    item["calls"] = day.calls;
    item["errors"] = day.errors;
    out.push_back(std::move(item));
  }
  return out;
}

namespace {

json::array usage_items(const std::vector<UsageItem>& items, const char* name) {
  json::array out;
  for (const UsageItem& item : items) {
    json::object view;
    view[name] = item.name;
    view["calls"] = item.calls;
    view["last_at"] = format_rfc3339(item.last_at);
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace

json::object usage_view(const AccessSnapshot& snapshot, const Usage& usage) {
  json::array connectors;
  for (const UsageConnector& used : usage.connectors) {
    json::object item;
    item["connector"] = connector_ref(snapshot, used.connector_id);
    item["calls"] = used.calls;
    item["errors"] = used.errors;
    connectors.push_back(std::move(item));
  }
  json::object out;
  out["calls"] = usage.calls;
  out["errors"] = usage.errors;
  out["connectors"] = std::move(connectors);
  out["addresses"] = usage_items(usage.addresses, "ip");
  out["clients"] = usage_items(usage.clients, "name");
  out["days"] = days_view(usage.days);
  return out;
}

json::object client_view(std::string_view id, const Result<OAuthClient>& client) {
  json::object out;
  out["id"] = id;
  out["name"] = client ? client->metadata.name : std::string("Removed app");
  out["source"] = client ? source_name(client->source) : "registered";
  out["host"] = nullptr;  // verified: the metadata document came from there
  if (client && client->source == ClientSource::kMetadataDocument)
    out["host"] = id.substr(8, id.find('/', 8) - 8);
  return out;
}

json::object run_view(const AccessSnapshot& snapshot, const Run& run, const std::string& credential_name,
                      bool detail) {
  json::object out;
  out["id"] = std::to_string(run.id);
  out["connector"] = connector_ref(snapshot, run.connector_id);
  out["operation"] = run.operation;
  const auto user = UserId::parse(run.user_id);
  out["user"] = user ? json::value(user_ref(snapshot, *user)) : json::value(nullptr);
  json::object credential;
  credential["id"] = run.credential_id;
  credential["kind"] = run.credential_kind;
  credential["name"] = credential_name;
  out["credential"] = std::move(credential);
  out["source"] = run.source;
  out["status"] = run.status;
  out["error"] = run.error;
  out["latency_ms"] = run.latency_ms;
  out["http_status"] = run.http_status;
  out["ip"] = run.ip;
  out["user_agent"] = run.user_agent;
  out["client_name"] = run.client_name;
  out["client_version"] = run.client_version;
  out["trace_id"] = run.trace_id;
  out["started_at"] = format_rfc3339(run.started_at);
  out["ended_at"] = format_rfc3339(run.ended_at);
  if (detail) {
    out["request"] = payload(run.request);
    out["response"] = payload(run.response);
  }
  return out;
}

}  // namespace wick::api
