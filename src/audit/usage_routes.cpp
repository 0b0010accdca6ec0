// Calls, errors and latencies over time and by connector, and the usage of one user, for admins.
#include <algorithm>

#include "api/request_fields.h"
#include "audit/run_log.h"
#include "audit/run_view.h"
#include "audit/usage_routes.h"
#include "identity/user_service.h"

namespace wick::api {
namespace {

struct Range {
  std::string_view name;
  Grain grain;
  int periods;
};
constexpr Range kRanges[] = {
    {"24h", Grain::kHour, 24}, {"7d", Grain::kDay, 7}, {"30d", Grain::kDay, 30}, {"90d", Grain::kDay, 90}};

json::value milliseconds_or_null(const std::optional<std::int64_t>& p95) {
  return p95 ? json::value(*p95) : json::value(nullptr);
}

json::object period_view(const UsagePeriod& period) {
  json::object out;
  out["start"] = format_rfc3339(period.start);
  out["calls"] = period.calls;
  out["errors"] = period.errors;
  out["p95_ms"] = milliseconds_or_null(period.p95_ms);
  return out;
}

json::object connector_usage_view(const AccessSnapshot& snapshot, const ConnectorUsage& usage) {
  json::object out;
  out["connector"] = nullptr;
  if (const auto id = ConnectorId::parse(usage.connector_id)) {
    const ConnectorEntry* connector = snapshot.connector(*id);
    json::object ref;
    ref["id"] = usage.connector_id;
    ref["label"] = connector == nullptr ? std::string("Deleted connector") : connector->label;
    out["connector"] = std::move(ref);
  }
  out["calls"] = usage.calls;
  out["errors"] = usage.errors;
  out["p95_ms"] = milliseconds_or_null(usage.p95_ms);
  return out;
}

Result<Reply> get_usage(const UsageRouteServices& services, Context& context) {
  WICK_TRY(name, query_word(context.request, "range", {"24h", "7d", "30d", "90d"}, "7d"));
  const Range& range = *std::find_if(std::begin(kRanges), std::end(kRanges),
                                     [&](const Range& one) { return one.name == name; });
  // Of a connector that was deleted there are counts too.
  std::optional<std::string> connector = context.request.query_value("connector");
  if (connector && connector->empty()) connector.reset();
  WICK_TRY(series, services.runs.series(connector, range.grain, range.periods));
  json::array periods, connectors;
  for (const UsagePeriod& period : series.periods) periods.push_back(period_view(period));
  for (const ConnectorUsage& usage : series.connectors)
    connectors.push_back(connector_usage_view(*context.snapshot, usage));
  json::object out;
  out["range"] = range.name;
  out["grain"] = range.grain == Grain::kHour ? "hour" : "day";
  out["kept_days"] = services.runs.kept_days();
  out["p95_error_percent"] = kLatencyErrorPercent;
  out["total"] = period_view(series.total);
  out["periods"] = std::move(periods);
  out["connectors"] = std::move(connectors);
  return Reply{200, std::move(out)};
}

Result<Reply> get_user_usage(const UsageRouteServices& services, Context& context) {
  WICK_TRY(user, services.users.find(context.path("id")));
  WICK_TRY(usage, services.runs.usage(UsageOf::kUser, user.id.str()));
  return Reply{200, usage_view(*context.snapshot, usage)};
}

}  // namespace

void mount_usage(Api& api, const UsageRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/admin/usage", Access::kAdmin, get_usage, http::Workers::kSearches);
  routes.route("GET", "/admin/users/{id}/usage", Access::kAdmin, get_user_usage);
}

}  // namespace wick::api
