// Users and tags, for admins.
#include <algorithm>

#include "api/api.h"
#include "api/fields.h"
#include "api/views.h"
#include "base/text.h"

namespace wick::api {
namespace {

Reply shown(Context& context, int status, const User& user) {
  return {status, user_view(*context.services.access.snapshot(), user)};
}

// From the access snapshot, where all users are: a search has no count.
json::value count_users(const AccessSnapshot& snapshot, const UserFilter& filter) {
  if (!filter.query.empty()) return nullptr;
  return std::count_if(snapshot.users.begin(), snapshot.users.end(), [&](const auto& entry) {
    const UserEntry& user = entry.second;
    const bool listed = filter.status ? user.status == *filter.status : user.status != UserStatus::kDeleted;
    return listed && (!filter.role || user.role == *filter.role);
  });
}

Result<Reply> list_users(Context& context) {
  UserFilter filter;
  const std::string query = context.request.query_value("query").value_or("");
  filter.query = std::string(truncate_utf8(trim(query), kMaxQueryBytes));
  if (!is_valid_utf8(filter.query)) return fail(ErrorCode::kInvalidArgument, "\"query\" is not valid UTF-8.");
  WICK_TRY(status,
           query_word(context.request, "status", {"pending", "active", "deactivated", "deleted"}, ""));
  WICK_TRY(role, query_word(context.request, "role", {"admin", "member", "service"}, ""));
  WICK_TRY(limit, query_number(context.request, "limit", 50, 1, 200));
  if (!status.empty()) filter.status = parse_status(status).value();
  if (!role.empty()) filter.role = parse_role(role).value();
  filter.cursor = context.request.query_value("cursor").value_or("");
  filter.limit = limit;
  WICK_TRY(page, context.services.users.page(filter));
  json::array items;
  for (const User& user : page.items) items.push_back(user_view(*context.snapshot, user));
  json::object out;
  out["items"] = std::move(items);
  out["total"] = count_users(*context.snapshot, filter);
  put_cursors(out, page.next, page.previous);
  return Reply{200, std::move(out)};
}

Result<Reply> create_user(Context& context) {
  WICK_CHECK(only_fields(context.body, {"email", "name", "role", "tags"}));
  WICK_TRY(email, required_string(context.body, "email"));
  WICK_TRY(name, required_string(context.body, "name"));
  WICK_TRY(role_text, optional_string(context.body, "role"));
  WICK_TRY(tags, optional_strings(context.body, "tags"));
  WICK_TRY(role, parse_role(role_text.value_or("member")));
  if (role == Role::kService) return fail(ErrorCode::kInvalidArgument, "The role must be admin or member.");
  WICK_TRY(user, context.services.users.create_pending({email, name, role},
                                                       tags.value_or(std::vector<std::string>())));
  WICK_TRY(link, context.services.links.make_for(user.id.str()));
  json::object out;
  out["user"] = user_view(*context.services.access.snapshot(), user);
  out["invite"] = link_view(context.services.public_url, link);
  return Reply{201, std::move(out)};
}

Result<Reply> get_user(Context& context) {
  WICK_TRY(user, context.services.users.find(context.path("id")));
  return shown(context, 200, user);
}

Result<Reply> update_user(Context& context) {
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
  WICK_TRY(user, context.services.users.update(context.path("id"), std::move(patch)));
  return shown(context, 200, user);
}

Result<Reply> delete_user(Context& context) {
  WICK_CHECK(context.services.users.remove(context.path("id")));
  return Reply{204, nullptr};
}

Result<Reply> make_link(Context& context) {
  WICK_TRY(link, context.services.links.make_for(context.path("id")));
  return Reply{201, link_view(context.services.public_url, link)};
}

Result<Reply> reset_second_factor(Context& context) {
  // Else a stolen session of an admin could take away the second factor that its owner signs in with.
  if (context.path("id") == context.user->id.str() ||
      equals_ignoring_case(context.path("id"), context.user->email))
    return fail(ErrorCode::kForbidden, "Turn off your own second factor on your profile.");
  WICK_CHECK(context.services.second_factors.reset(context.path("id"), context.user->id.str()));
  return Reply{204, nullptr};
}

Result<Reply> list_tags(Context& context) {
  WICK_TRY(tags, context.services.tags.list());
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

Result<Reply> create_tag(Context& context) {
  WICK_TRY(patch, read_tag(context));
  WICK_TRY(tag, context.services.tags.create(std::move(patch)));
  return Reply{201, tag_view(tag)};
}

Result<Reply> update_tag(Context& context) {
  WICK_TRY(patch, read_tag(context));
  WICK_TRY(tag, context.services.tags.update(std::string(context.path("id")), std::move(patch)));
  return Reply{200, tag_view(tag)};
}

Result<Reply> delete_tag(Context& context) {
  WICK_CHECK(context.services.tags.remove(std::string(context.path("id"))));
  return Reply{204, nullptr};
}

}  // namespace

void mount_admin_users(Api& api) {
  api.route("GET", "/admin/users", Access::kAdmin, list_users);
  api.route("POST", "/admin/users", Access::kAdmin, create_user);
  api.route("GET", "/admin/users/{id}", Access::kAdmin, get_user);
  api.route("PATCH", "/admin/users/{id}", Access::kAdmin, update_user);
  api.route("DELETE", "/admin/users/{id}", Access::kAdmin, delete_user);
  api.route("POST", "/admin/users/{id}/reset-password", Access::kAdmin, make_link);
  api.route("POST", "/admin/users/{id}/invite", Access::kAdmin, make_link);
  api.route("DELETE", "/admin/users/{id}/second-factor", Access::kAdmin, reset_second_factor);
  api.route("GET", "/admin/tags", Access::kAdmin, list_tags);
  api.route("POST", "/admin/tags", Access::kAdmin, create_tag);
  api.route("PATCH", "/admin/tags/{id}", Access::kAdmin, update_tag);
  api.route("DELETE", "/admin/tags/{id}", Access::kAdmin, delete_tag);
}

}  // namespace wick::api
