// TagService: creates, changes and removes tags. A filter tag restricts the connectors that carry it; other tags only group.
//
// Thread-safe. The access snapshot has a change when the function returns. All functions block: never call them on an io
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/snapshot.h"
#include "db/database.h"

namespace wick {

inline constexpr std::size_t kMaxTagNameBytes = 60;
inline constexpr std::size_t kMaxTagDescriptionBytes = 500;
inline constexpr std::int64_t kMaxTags = 1000;

struct Tag {
  std::string id, name, description;
  bool filter = false;
  std::int64_t users = 0, connectors = 0;  // the numbers of users and connectors that carry the tag
  bool operator==(const Tag&) const = default;
};

struct TagPatch {
  std::optional<std::string> name, description;
  std::optional<bool> filter;
};

class TagService {
 public:
  explicit TagService(Database& db) : db_(db) {}

  Result<std::vector<Tag>> list();
  // Errors: kInvalidArgument, kConflict (the name is taken), kLimit
  Result<Tag> create(TagPatch patch);
  // Absent members of the patch stay as they are. Errors: as create; kNotFound
  Result<Tag> update(const std::string& id, TagPatch patch);
  // Errors: kNotFound
  Result<void> remove(const std::string& id);

 private:
  Database& db_;
};

}  // namespace wick
