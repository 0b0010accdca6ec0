// Users and tags, for admins.
#include <algorithm>

#include "access/snapshot.h"
#include "access/tag_service.h"
#include "api/request_fields.h"
#include "base/text.h"
#include "identity/identity_routes.h"
#include "identity/link_service.h"
#include "identity/second_factor_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "identity/user_view.h"

namespace wick::api {
namespace {

constexpr std::size_t kMaxUsersAtOnce = 200;  // as many as a page lists

Reply shown(const IdentityRouteServices& services, int status, const User& user) {
  return {status, user_view(*services.access.snapshot(), user)};
}

// From the access snapshot, where all users are: a search has no count.
json::value count_users(const AccessSnapshot& snapshot, const UserFilter& filter) {
  if (!filter.query.empty()) return nullptr;
  std::int64_t count = 0;
  snapshot.users.for_each([&](const UserEntry& user) {
    const bool listed = filter.status ? user.status == *filter.status : user.status != UserStatus::kDeleted;
    count += listed && (!filter.role || user.role == *filter.role);
  });
  return count;
}

Result<Reply> list_users(const IdentityRouteServices& services, Context& context) {
  UserFilter filter;
  WICK_TRY(query, search_text(context.request));
  WICK_TRY(status,
           query_word(context.request, "status", {"pending", "active", "deactivated", "deleted"}, ""));
  WICK_TRY(role, query_word(context.request, "role", {"admin", "member", "service"}, ""));
  WICK_TRY(sort,
           query_word(context.request, "sort", {"email", "name", "created_at", "last_seen_at"}, "email"));
  WICK_TRY(order, query_word(context.request, "order", {"asc", "desc"}, "asc"));
  WICK_TRY(limit, query_number(context.request, "limit", 50, 1, 200));
  filter.query = query;
  if (sort == "name") filter.order = UserOrder::kName;
  if (sort == "created_at") filter.order = UserOrder::kCreated;
  if (sort == "last_seen_at") filter.order = UserOrder::kLastSignIn;
  filter.descending = order == "desc";
  if (!status.empty()) filter.status = parse_status(status).value();
  if (!role.empty()) filter.role = parse_role(role).value();
  filter.cursor = context.request.query_value("cursor").value_or("");
  filter.limit = limit;
  WICK_TRY(page, services.users.page(filter));
  json::array items;
  for (const User& user : page.items) items.push_back(user_view(*context.snapshot, user));
  json::object out;
  out["items"] = std::move(items);
  out["total"] = count_users(*context.snapshot, filter);
  put_cursors(out, page.next, page.previous);
  return Reply{200, std::move(out)};
}

Result<Reply> create_user(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"email", "name", "role", "tags"}));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(role_text, optional_string(context.body, "role"));
  WICK_TRY(tags, optional_strings(context.body, "tags"));
  WICK_TRY(role, parse_role(role_text.value_or("member")));
  if (role == Role::kService) return fail(ErrorCode::kInvalidArgument, "The role must be admin or member.");
  WICK_TRY(user,
           services.users.create_pending({email, name, role}, tags.value_or(std::vector<std::string>())));
  WICK_TRY(link, services.links.make_for(user.id.str()));
  json::object out;
  out["user"] = user_view(*services.access.snapshot(), user);
  out["invite"] = link_view(services.public_url, link);
  return Reply{201, std::move(out)};
}

Result<Reply> get_user(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(user, services.users.find(context.path("id")));
  return shown(services, 200, user);
}

Result<Reply> update_user(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"name", "role", "status", "tags"}));
  UserPatch patch;
  WICK_TRY(name, optional_string(context.body, "name"));
  WICK_TRY(role, optional_string(context.body, "role"));
  WICK_TRY(status, optional_string(context.body, "status"));
  WICK_TRY(tags, optional_strings(context.body, "tags"));
  patch.name = name;
  patch.tags = tags;
  if (role) {
    WICK_TRY(parsed, parse_role(*role));
    if (parsed == Role::kService)
      return fail(ErrorCode::kInvalidArgument, "The role must be admin or member.");
    patch.role = parsed;
  }
  if (status) {
    WICK_TRY(parsed, parse_status(*status));
    patch.status = parsed;
  }
  WICK_TRY(user, services.users.update(context.path("id"), std::move(patch), context.user->id));
  return shown(services, 200, user);
}

Result<Reply> delete_user(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(services.users.remove(context.path("id"), context.user->id));
  return Reply{204, nullptr};
}

Result<Reply> list_user_sessions(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(user, services.users.find(context.path("id")));
  WICK_TRY(sessions, services.sessions.list(user.id));
  json::array items;
  for (const BrowserSession& session : sessions) items.push_back(session_info(session, context.session.id));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<Reply> end_user_session(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(user, parse_id<UserId>(context.path("id"), "user"));
  WICK_TRY(session, parse_id<SessionId>(context.path("session"), "sign-in"));
  WICK_CHECK(services.sessions.revoke(user, session));
  return Reply{204, nullptr};
}

Result<Reply> list_identities(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(user, services.users.find(context.path("id")));
  WICK_TRY(identities, services.users.identities(user.id));
  json::array items;
  for (const LinkedIdentity& identity : identities) {
    json::object item;
    item["issuer"] = identity.issuer;
    item["subject"] = identity.subject;
    item["created_at"] = format_rfc3339(identity.created_at);
    items.push_back(std::move(item));
  }
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<std::vector<UserId>> bulk_ids(const json::object& body) {
  WICK_TRY(texts, optional_strings(body, "ids"));
  if (!texts || texts->empty() || texts->size() > kMaxUsersAtOnce) {
    return fail(ErrorCode::kInvalidArgument,
                "\"ids\" must name 1 to " + std::to_string(kMaxUsersAtOnce) + " users.");
  }
  std::vector<UserId> ids;
  for (const std::string& text : *texts) {
    WICK_TRY(id, parse_id<UserId>(text, "user"));
    ids.push_back(id);
  }
  return ids;
}

Result<Reply> deactivate_users(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"ids"}));
  WICK_TRY(ids, bulk_ids(context.body));
  WICK_TRY(count, services.users.deactivate_all(ids, context.user->id));
  json::object out;
  out["changed"] = count;
  return Reply{200, std::move(out)};
}

Result<Reply> tag_users(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(only_fields(context.body, {"ids", "add", "remove"}));
  WICK_TRY(ids, bulk_ids(context.body));
  WICK_TRY(added, optional_strings(context.body, "add"));
  WICK_TRY(removed, optional_strings(context.body, "remove"));
  WICK_TRY(count, services.users.change_tags(ids, added.value_or(std::vector<std::string>()),
                                             removed.value_or(std::vector<std::string>())));
  json::object out;
  out["changed"] = count;
  return Reply{200, std::move(out)};
}

Result<Reply> make_link(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(link, services.links.make_for(context.path("id")));
  return Reply{201, link_view(services.public_url, link)};
}

Result<Reply> reset_second_factor(const IdentityRouteServices& services, Context& context) {
  // Else a stolen session of an admin could take away the second factor that its owner signs in with.
  if (context.path("id") == context.user->id.str() ||
      equals_ignoring_case(context.path("id"), context.user->email))
    return fail(ErrorCode::kForbidden, "Turn off your own second factor on your profile.");
  WICK_CHECK(services.second_factors.reset(context.path("id"), context.user->id.str()));
  return Reply{204, nullptr};
}

Result<Reply> list_tags(const IdentityRouteServices& services, Context&) {
  WICK_TRY(tags, services.tags.list());
  json::array items;
  for (const Tag& tag : tags) items.push_back(tag_view(tag));
  json::object out;
  out["items"] = std::move(items);
  return Reply{200, std::move(out)};
}

Result<TagPatch> read_tag(Context& context) {
  WICK_CHECK(only_fields(context.body, {"name", "filter", "description"}));
  TagPatch patch;
  WICK_TRY(name, optional_string(context.body, "name"));
  WICK_TRY(description, optional_string(context.body, "description"));
  WICK_TRY(filter, optional_bool(context.body, "filter"));
  patch.name = name;
  patch.description = description;
  patch.filter = filter;
  return patch;
}

Result<Reply> create_tag(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(patch, read_tag(context));
  WICK_TRY(tag, services.tags.create(std::move(patch)));
  return Reply{201, tag_view(tag)};
}

Result<Reply> update_tag(const IdentityRouteServices& services, Context& context) {
  WICK_TRY(patch, read_tag(context));
  WICK_TRY(tag, services.tags.update(std::string(context.path("id")), std::move(patch)));
  return Reply{200, tag_view(tag)};
}

Result<Reply> delete_tag(const IdentityRouteServices& services, Context& context) {
  WICK_CHECK(services.tags.remove(std::string(context.path("id"))));
  return Reply{204, nullptr};
}

}  // namespace

void mount_users(Api& api, const IdentityRouteServices& services) {
  Routes routes(api, services);
  routes.route("GET", "/admin/users", Access::kAdmin, list_users);
  routes.route("POST", "/admin/users", Access::kAdmin, create_user);
  routes.route("GET", "/admin/users/{id}", Access::kAdmin, get_user);
  routes.route("PATCH", "/admin/users/{id}", Access::kAdmin, update_user);
  routes.route("DELETE", "/admin/users/{id}", Access::kAdmin, delete_user);
  routes.route("POST", "/admin/users/deactivate", Access::kAdmin, deactivate_users);
  routes.route("POST", "/admin/users/tag", Access::kAdmin, tag_users);
  routes.route("GET", "/admin/users/{id}/sessions", Access::kAdmin, list_user_sessions);
  routes.route("DELETE", "/admin/users/{id}/sessions/{session}", Access::kAdmin, end_user_session);
  routes.route("GET", "/admin/users/{id}/identities", Access::kAdmin, list_identities);
  routes.route("POST", "/admin/users/{id}/reset-password", Access::kAdmin, make_link);
  routes.route("POST", "/admin/users/{id}/invite", Access::kAdmin, make_link);
  routes.route("DELETE", "/admin/users/{id}/second-factor", Access::kAdmin, reset_second_factor);
  routes.route("GET", "/admin/tags", Access::kAdmin, list_tags);
  routes.route("POST", "/admin/tags", Access::kAdmin, create_tag);
  routes.route("PATCH", "/admin/tags/{id}", Access::kAdmin, update_tag);
  routes.route("DELETE", "/admin/tags/{id}", Access::kAdmin, delete_tag);
}

}  // namespace wick::api
