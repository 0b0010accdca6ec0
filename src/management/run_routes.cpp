// History: the calls on record, one's own or, for admins, everyone's; and the admin's dashboard.
#include <unordered_map>

#include "api/request_fields.h"
#include "audit/run_log.h"
#include "audit/run_view.h"
#include "base/time.h"
#include "management/run_routes.h"
#include "oauth/client_service.h"
#include "oauth/grant_service.h"
#include "tokens/token_service.h"

namespace wick::api {
namespace {

constexpr int kDashboardDays = 30;
constexpr int kDashboardErrors = 5;
constexpr std::string_view kAnyFailure = "failed";  // as a status to look for: every one but "ok"

// The name of a token, or of a connection's app, asked once per id of a page.
class CredentialNames {
 public:
  CredentialNames(const RunRouteServices& services, const Context& context)
      : services_(services), context_(context) {}
  std::string name(const Run& run) {
    if (run.credential_kind == CredentialKind::kSession) return "Web app";
    const auto [found, fresh] = names_.try_emplace(run.credential_id);
    if (fresh) {
      const auto id = TokenId::parse(run.credential_id);
      if (id) found->second = run.credential_kind == CredentialKind::kOAuth ? app_name(*id) : token_name(*id);
    }
    return found->second;
  }

 private:
  std::string token_name(const TokenId& id) {
    const auto token = services_.tokens.get({context_.user->id, true}, id);
    return token ? token->name : "";
  }
  std::string app_name(const TokenId& id) {
    const auto grant = services_.grants.get({context_.user->id, true}, id);
    const auto client =
        grant ? services_.clients.get(grant->client_id) : Result<OAuthClient>(fail(ErrorCode::kNotFound, ""));
    return client ? client->metadata.name : "Removed app";
  }
  const RunRouteServices& services_;
  const Context& context_;
  std::unordered_map<std::string, std::string> names_;
};

Result<std::optional<Micros>> query_time(const http::Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time)
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(name) + "\" must be a time like 2026-07-28T09:30:00Z.");
  return time;
}

Result<Reply> list_runs(const RunRouteServices& services, Context& context) {
  const http::Request& request = context.request;
  RunFilter filter;
  filter.connector_id = request.query_value("connector").value_or("");
  filter.operation = request.query_value("operation").value_or("");
  filter.credential_id = request.query_value("token").value_or("");
  filter.user_id = request.query_value("user").value_or("");
  if (context.user->role != Role::kAdmin) {
    if (!filter.user_id.empty() && filter.user_id != context.user->id.str()) {
      return fail(ErrorCode::kForbidden, "Only admins see the calls of others.");
    }
    filter.user_id = context.user->id.str();
  }
  WICK_TRY(status, query_word(request, "status",
                              {"ok", "error", "denied", "rate_limited", "cancelled", kAnyFailure}, ""));
  WICK_TRY(source, query_word(request, "source", {"mcp", "test", "retry", "api"}, ""));
  WICK_TRY(from, query_time(request, "from"));
  WICK_TRY(to, query_time(request, "to"));
  WICK_TRY(cursor, query_number(request, "cursor", 0, 0, INT64_MAX));
  WICK_TRY(limit, query_number(request, "limit", 50, 1, kMaxRunPage));
  filter.only_failed = status == kAnyFailure;
  filter.status = parse_run_status(status);
  filter.source = parse_run_source(source);
  filter.from = from;
  filter.to = to;
  filter.before = cursor;
  filter.limit = int(limit);
  WICK_TRY(page, services.runs.search(filter, false));
  CredentialNames names(services, context);
  json::array items;
  for (const Run& run : page.runs) items.push_back(run_view(*context.snapshot, run, names.name(run), false));
  json::object out;
  out["next_cursor"] = page.next ? json::value(std::to_string(*page.next)) : json::value(nullptr);
  out["searched_back_to"] =
      page.searched_back_to ? json::value(format_rfc3339(*page.searched_back_to)) : json::value(nullptr);
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> get_run(const RunRouteServices& services, Context& context) {
  const std::string text(context.path("id"));
  std::int64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const auto missing = [] {
    return fail(ErrorCode::kNotFound,
                "There is no run with this id of yours; its retention may have passed.");
  };
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return missing();
  WICK_TRY(run, services.runs.get(id));
  if (context.user->role != Role::kAdmin && run.user_id != context.user->id.str()) return missing();
  CredentialNames names(services, context);
  return Reply{200, run_view(*context.snapshot, run, names.name(run), true)};
}

Result<Reply> get_dashboard(const RunRouteServices& services, Context& context) {
  WICK_TRY(stats, services.tokens.stats());
  WICK_TRY(days, services.runs.daily(kDashboardDays));
  RunFilter failing;
  failing.status = RunStatus::kError;
  failing.limit = kDashboardErrors;
  failing.from = services.clock.now() - 7 * kMicrosPerDay;
  WICK_TRY(errors, services.runs.search(failing, false));
  std::int64_t active = 0, pending = 0;
  context.snapshot->users.for_each([&](const UserEntry& user) {
    active += user.status == UserStatus::kActive;
    pending += user.status == UserStatus::kPending;
  });
  CredentialNames names(services, context);
  json::array latest;
  for (const Run& run : errors.runs)
    latest.push_back(run_view(*context.snapshot, run, names.name(run), false));
  json::object out;
  out["users"] = active;
  out["pending_users"] = pending;
  out["active_tokens"] = stats.active;
  WICK_TRY(connections, services.grants.count());
  out["connections"] = connections;
  out["connectors"] = context.snapshot->connectors.size();
  out["calls_today"] = days.back().calls;
  out["errors_today"] = days.back().errors;
  out["days"] = days_view(days);
  out["latest_errors"] = std::move(latest);
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_runs(Api& api, const RunRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/runs", Access::kSession, list_runs, http::Workers::kSearches);
  routes.route("GET", "/runs/{id}", Access::kSession, get_run);
  routes.route("GET", "/admin/dashboard", Access::kAdmin, get_dashboard, http::Workers::kSearches);
}

}  // namespace wick::api
