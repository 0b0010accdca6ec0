// The SQL of tags. Each function runs one statement in the caller's transaction. The caller logs the change.
#pragma once

#include <string>
#include <vector>

#include "access/tag_service.h"
#include "db/database.h"

namespace wick::tag_store {

// Sorted by name.
Result<std::vector<Tag>> list(Transaction& tx);
// Errors: kNotFound
Result<Tag> get(Transaction& tx, const std::string& id);
Result<std::int64_t> count(Transaction& tx);
// Errors of both: kConflict  the name is taken
Result<void> insert(Transaction& tx, const Tag& tag);
Result<void> update(Transaction& tx, const Tag& tag);
// Errors: kNotFound
Result<void> remove(Transaction& tx, const std::string& id);

}  // namespace wick::tag_store
