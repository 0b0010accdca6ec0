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

Result<Reply> list_users(Context& context) {
  const std::string query = to_lower_ascii(context.request.query_value("query").value_or(""));
  const std::string status = context.request.query_value("status").value_or("");
  const std::string role = context.request.query_value("role").value_or("");
  WICK_TRY(page, query_number(context.request, "page", 1, 1, 1'000'000));
  WICK_TRY(page_size, query_number(context.request, "page_size", 50, 1, 200));
  WICK_TRY(users, context.services.users.list());
  std::erase_if(users, [&](const User& user) {
    return (!status.empty() && status != status_name(user.status)) ||
           (!role.empty() && role != role_name(user.role)) ||
           (!query.empty() && user.email.find(query) == std::string::npos &&
            to_lower_ascii(user.name).find(query) == std::string::npos);
  });
  json::array items;
  const std::size_t begin = std::min(users.size(), std::size_t((page - 1) * page_size));
  const std::size_t end = std::min(users.size(), begin + std::size_t(page_size));
  for (std::size_t i = begin; i < end; ++i) items.push_back(user_view(*context.snapshot, users[i]));
  json::object out;
  out["items"] = std::move(items);
  out["total"] = users.size();
  out["page"] = page;
  out["page_size"] = page_size;
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
  api.route("GET", "/admin/tags", Access::kAdmin, list_tags);
  api.route("POST", "/admin/tags", Access::kAdmin, create_tag);
  api.route("PATCH", "/admin/tags/{id}", Access::kAdmin, update_tag);
  api.route("DELETE", "/admin/tags/{id}", Access::kAdmin, delete_tag);
}

}  // namespace wick::api
