// The SQL of ServerGenerationCache (server_generation_cache.h). Each function runs in the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "db/database.h"

namespace wick::upstream::generation_store {

struct Row {
  std::string target;  // the fingerprint of the connector's configuration, sealed
  bool uses_sse = false;
};

Result<std::optional<Row>> find(Transaction& tx, std::string_view connector);
// Replaces the row of the connector. Does nothing when the connector was deleted.
Result<void> put(Transaction& tx, std::string_view connector, const Row& row);
Result<void> remove(Transaction& tx, std::string_view connector);

}  // namespace wick::upstream::generation_store
