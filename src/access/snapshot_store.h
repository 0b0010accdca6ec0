// Reads the access snapshot from the database: everything at start, one entity after a change.
//
// There is one function for each table; the loaders call it for all rows or for those of one entity. So a snapshot that
// followed each change equals one that was read as a whole. The functions run in the caller's transaction and change only
// `snapshot`. After an error, drop that snapshot: it may be incomplete.
#pragma once

#include <string_view>

#include "access/snapshot.h"
#include "db/database.h"

namespace wick::snapshot_store {

// `snapshot` must be empty.
Result<void> load_everything(Transaction& tx, const KindOperations& kinds, AccessSnapshot& snapshot);
// All three replace the entity of this id, or remove it when the database has no such row. An id that is no UUID belongs to
// no entity.
Result<void> load_user(Transaction& tx, std::string_view id, AccessSnapshot& snapshot);
Result<void> load_tag(Transaction& tx, std::string_view id, AccessSnapshot& snapshot);
// Operations whose definitions have not changed are shared with the entity before, compiled schemas and opened secrets too.
Result<void> load_connector(Transaction& tx, std::string_view id, const KindOperations& kinds,
                            AccessSnapshot& snapshot);

}  // namespace wick::snapshot_store
