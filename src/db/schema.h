// The schema of the two database files, as numbered migrations (docs of each in the SQL's comments).
#pragma once

#include <span>

#include "db/database.h"

namespace wick {

// wick.db: users, tags, tokens, connectors, notes and the change log.
std::span<const Migration> main_migrations();
// runs.db: connector_runs, a file of its own so that the audit's writer and a control-plane transaction never
// wait for each other.
std::span<const Migration> runs_migrations();

}  // namespace wick
