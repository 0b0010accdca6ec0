// Tags as admins handle them. A filter tag restricts the connectors that carry it; others only group (A2).
//
// Thread-safe. Every change is in the access snapshot when the function returns. All of them block.
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
  std::int64_t users = 0, connectors = 0;  // how many carry it
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
  // What is absent stays. Errors: as create; kNotFound
  Result<Tag> update(const std::string& id, TagPatch patch);
  Result<void> remove(const std::string& id);

 private:
  Database& db_;
};

}  // namespace wick
