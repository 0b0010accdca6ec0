// The SQL of ServerEraCache (server_era_cache.h). Each function runs in the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "db/database.h"

namespace wick::upstream::era_store {

struct Row {
  std::string target;  // how the connector was set up, sealed
  bool uses_sse = false;
};

Result<std::optional<Row>> find(Transaction& tx, std::string_view connector);
// In place of what was noted. Nothing, when the connector has gone.
Result<void> put(Transaction& tx, std::string_view connector, const Row& row);
Result<void> remove(Transaction& tx, std::string_view connector);

}  // namespace wick::upstream::era_store
