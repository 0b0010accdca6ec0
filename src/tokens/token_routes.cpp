// Personal access tokens: the owner's own, and everyone's for admins.
#include "tokens/token_routes.h"
#include "api/request_fields.h"
#include "audit/run_log.h"
#include "audit/run_view.h"
#include "base/time.h"
#include "base/visible_text.h"
#include "http/idempotency_keys.h"
#include "tokens/token_service.h"
#include "tokens/token_view.h"

namespace wick::api {
namespace {

constexpr std::size_t kMaxTokensAtOnce = 1000;
constexpr std::size_t kMaxReasonBytes = 200;

// Two requests with one Idempotency-Key make one token.
Result<http::IdempotencyKeys::Claim> claim_key(const TokenRouteServices& services, Context& context) {
  return services.idempotency_keys.claim(context.user->id.str(), context.request);
}
std::string noun_of(const Token& token) {
  return "the access token “" + token.name + "” (" + token.masked() + ")";
}

Result<Reply> list_tokens(const TokenRouteServices& services, Context& context) {
  WICK_TRY(status, query_word(context.request, "status", {"active", "inactive", "all"}, "all"));
  WICK_TRY(query, search_text(context.request));
  WICK_TRY(tokens, services.tokens.list(context.user->id, status == "active"));
  const Micros now = services.clock.now();
  json::array items;
  for (const Token& token : tokens) {
    if (status == "inactive" && token.status(now) == TokenStatus::kActive) continue;
    if (!is_found_by(token, query)) continue;
    items.push_back(token_view(*context.snapshot, token, now));
  }
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> create_token(const TokenRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"name", "description", "tools", "scope"}));
  MintRequest request;
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(description, optional_string(context.body, "description"));
  WICK_TRY(tools, optional_string(context.body, "tools"));
  WICK_TRY(surface, parse_tools(tools.value_or("auto")));
  WICK_TRY(scope, parse_scope(context.body.if_contains("scope")));
  WICK_CHECK(check_scope(scope, *context.snapshot, *context.user));
  request.name = name;
  request.description = description.value_or("");
  request.scope = scope;
  request.tools = surface;
  WICK_TRY(claim, claim_key(services, context));
  WICK_TRY(minted, services.tokens.mint(context.user->id, std::move(request)));
  claim.keep(noun_of(minted.token));
  return Reply{201, minted_view(*context.snapshot, minted, services.clock.now())};
}

Result<Reply> get_token(const TokenRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "token"));
  WICK_TRY(token, services.tokens.get(context.actor(), id));
  return Reply{200, token_view(*context.snapshot, token, services.clock.now())};
}

Result<Reply> revoke_token(const TokenRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "token"));
  WICK_CHECK(services.tokens.revoke({context.user->id, false}, id, "revoked by the owner"));
  return Reply{204, nullptr};
}

Result<Reply> rotate_token(const TokenRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"overlap_hours"}));
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "token"));
  WICK_TRY(hours, optional_int(context.body, "overlap_hours"));
  if (hours.value_or(0) < 0 || hours.value_or(0) > kMaxRotateOverlap.count()) {
    return fail(ErrorCode::kInvalidArgument,
                "\"overlap_hours\" must be 0 to " + std::to_string(kMaxRotateOverlap.count()) + ".");
  }
  WICK_TRY(claim, claim_key(services, context));
  WICK_TRY(minted,
           services.tokens.rotate({context.user->id, false}, id, std::chrono::hours(int(hours.value_or(0)))));
  claim.keep(noun_of(minted.token));
  return Reply{201, minted_view(*context.snapshot, minted, services.clock.now())};
}

Result<Reply> get_token_usage(const TokenRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "token"));
  WICK_TRY(token, services.tokens.get(context.actor(), id));
  WICK_TRY(usage, services.runs.usage(UsageOf::kCredential, token.id.str()));
  return Reply{200, usage_view(*context.snapshot, usage)};
}

Result<Reply> search_tokens(const TokenRouteServices& services, Context& context) {
  TokenFilter filter;
  WICK_TRY(query, search_text(context.request));
  filter.query = query;
  filter.owner = context.request.query_value("owner").value_or("");
  WICK_TRY(status, query_word(context.request, "status", {"active", "inactive", "all"}, "active"));
  WICK_TRY(sort, query_word(context.request, "sort",
                            {"name", "owner", "created_at", "last_used_at", "expires_at"}, "created_at"));
  WICK_TRY(order, query_word(context.request, "order", {"asc", "desc"}, "desc"));
  WICK_TRY(unused, query_number(context.request, "unused_days", 0, 0, 36500));
  WICK_TRY(expiring, query_number(context.request, "expiring_days", 0, 0, 36500));
  WICK_TRY(limit, query_number(context.request, "limit", 50, 1, 200));
  if (status != "active")
    filter.status = status == "all" ? TokenListStatus::kAll : TokenListStatus::kInactive;
  if (sort == "name") filter.order = TokenOrder::kName;
  if (sort == "owner") filter.order = TokenOrder::kOwner;
  if (sort == "last_used_at") filter.order = TokenOrder::kLastUsed;
  if (sort == "expires_at") filter.order = TokenOrder::kExpiry;
  filter.descending = order == "desc";
  filter.never_used = context.request.query_value("never_used").value_or("") == "true";
  filter.unused_for = std::chrono::days(unused);
  filter.expiring_within = std::chrono::days(expiring);
  filter.cursor = context.request.query_value("cursor").value_or("");
  filter.limit = limit;
  WICK_TRY(found, services.tokens.search(filter));
  json::array items;
  for (const Token& token : found.items)
    items.push_back(token_view(*context.snapshot, token, services.clock.now()));
  json::object out;
  out["items"] = std::move(items);
  out["total"] = found.total ? json::value(*found.total) : json::value(nullptr);
  put_cursors(out, found.next, found.previous);
  return Reply{200, std::move(out)};
}

Result<Reply> get_stats(const TokenRouteServices& services, Context&) {
  WICK_TRY(stats, services.tokens.stats());
  json::object out;
  out["active"] = stats.active;
  out["users"] = stats.users;
  out["never_used"] = stats.never_used;
  return Reply{200, std::move(out)};
}

Result<std::string> reason_of(std::optional<std::string> given) {
  if (!given || given->empty()) return "revoked by an admin";
  WICK_CHECK(check_name("The reason", *given, kMaxReasonBytes));
  return *given;
}

Result<Reply> revoke_any(const TokenRouteServices& services, Context& context) {
  WICK_TRY(id, parse_id<TokenId>(context.path("id"), "token"));
  WICK_TRY(reason, reason_of(context.request.query_value("reason")));
  WICK_CHECK(services.tokens.revoke(context.actor(), id, reason));
  return Reply{204, nullptr};
}

// Some by id, or all of one user. Tokens that are not active any more are passed over.
Result<Reply> revoke_many(const TokenRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"ids", "owner", "reason"}));
  WICK_TRY(ids, optional_strings(context.body, "ids"));
  WICK_TRY(owner, optional_string(context.body, "owner"));
  WICK_TRY(given, optional_string(context.body, "reason"));
  WICK_TRY(reason, reason_of(given));
  if (ids.has_value() == owner.has_value())
    return fail(ErrorCode::kInvalidArgument, "Say either \"ids\" or \"owner\".");
  std::int64_t revoked = 0;
  if (owner) {
    WICK_TRY(id, parse_id<UserId>(*owner, "user"));
    WICK_TRY(count, services.tokens.revoke_all_of(context.actor(), id, reason));
    revoked = count;
  } else {
    if (ids->size() > kMaxTokensAtOnce)
      return fail(ErrorCode::kInvalidArgument,
                  "At most " + std::to_string(kMaxTokensAtOnce) + " tokens at once.");
    std::vector<TokenId> parsed;
    for (const std::string& text : *ids) {
      WICK_TRY(id, parse_id<TokenId>(text, "token"));
      parsed.push_back(id);
    }
    WICK_TRY(count, services.tokens.revoke_many(context.actor(), parsed, reason));
    revoked = count;
  }
  json::object out;
  out["revoked"] = revoked;
  return Reply{200, std::move(out)};
}

}  // namespace

void mount_tokens(Api& api, const TokenRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/tokens", Access::kSession, list_tokens);
  routes.route("POST", "/tokens", Access::kSession, create_token);
  routes.route("GET", "/tokens/{id}", Access::kSession, get_token);
  routes.route("DELETE", "/tokens/{id}", Access::kSession, revoke_token);
  routes.route("GET", "/tokens/{id}/usage", Access::kSession, get_token_usage);
  routes.route("POST", "/tokens/{id}/rotate", Access::kSession, rotate_token);
  routes.route("GET", "/admin/tokens", Access::kAdmin, search_tokens);
  routes.route("GET", "/admin/tokens/stats", Access::kAdmin, get_stats);
  routes.route("POST", "/admin/tokens/revoke", Access::kAdmin, revoke_many);
  routes.route("DELETE", "/admin/tokens/{id}", Access::kAdmin, revoke_any);
}

}  // namespace wick::api
