// Reads the access snapshot from the database: everything at start, one entity after a change.
//
// The functions read inside the caller's transaction and change only `snapshot`. One that fails leaves it
// half read: drop it. load_user() and load_connector() read with the same statements as load_everything(), so
// a snapshot that was changed entity by entity equals one that was read as a whole.
#pragma once

#include <string_view>

#include "access/snapshot.h"
#include "db/database.h"

namespace wick::snapshot_store {

// `snapshot` must be empty.
Result<void> load_everything(Transaction& tx, const KindOperations& kinds, AccessSnapshot& snapshot);
// Replaces the entry of this id, or removes it where the database has no such row.
Result<void> load_user(Transaction& tx, std::string_view id, AccessSnapshot& snapshot);
Result<void> load_connector(Transaction& tx, std::string_view id, const KindOperations& kinds,
                            AccessSnapshot& snapshot);
// All tags: there are few, and a tag that is gone disappears from users and connectors by not being found.
Result<void> load_tags(Transaction& tx, AccessSnapshot& snapshot);

}  // namespace wick::snapshot_store
