#include "api/references.h"

#include "base/json.h"

namespace wick::api {

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
    const TagEntry* tag = snapshot.tag(id);
    if (tag == nullptr) continue;
    json::object ref;
    ref["id"] = id.str();
    ref["name"] = tag->name;
    ref["filter"] = tag->filter;
    out.push_back(std::move(ref));
  }
  return out;
}

}  // namespace wick::api
