#include "audit/run_view.h"

#include "api/references.h"
#include "base/json.h"

namespace wick::api {
namespace {

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
  credential["kind"] = credential_kind_name(run.credential_kind);
  credential["name"] = credential_name;
  out["credential"] = std::move(credential);
  out["source"] = run_source_name(run.source);
  out["status"] = run_status_name(run.status);
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
