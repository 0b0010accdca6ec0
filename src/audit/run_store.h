// The SQL of connector_runs, run_usage and user_usage. Each function runs inside the transaction of the caller.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "audit/run.h"
#include "audit/run_log.h"
#include "db/database.h"

namespace wick::run_store {

Result<void> insert(Transaction& tx, const Run& run);
// Credential or user, day, connector → calls and errors of one group.
using UsageDelta =
    std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::int64_t, std::int64_t>>;
Result<void> add_usage(Transaction& tx, UsageOf whose, const UsageDelta& delta);
// The largest id; 0 if there are no runs.
Result<std::int64_t> newest_id(Transaction& tx);
// One step of a search: the matches among the next `rows` rows of the index. `last` is the id of the last row
// read; nullopt if there are no more rows or the page is full.
struct SearchStep {
  std::vector<Run> runs;
  std::optional<std::int64_t> last;
};
Result<SearchStep> search(Transaction& tx, const RunFilter& filter, int rows, bool payloads);
Result<Run> get(Transaction& tx, std::int64_t id);
// Indexes: the primary keys of run_usage and user_usage, connector_runs_credential and connector_runs_user.
Result<Usage> usage(Transaction& tx, UsageOf whose, const std::string& id, const std::string& first_day);
// The days with calls, oldest first.
Result<std::vector<UsageDay>> days(Transaction& tx, const std::string& first_day);
// Return the number of visited rows, at most `limit`. The progress is stored in run_state.
Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit);
Result<std::int64_t> remove_rows(Transaction& tx, std::int64_t below_id, int limit);
Result<std::int64_t> remove_usage(Transaction& tx, UsageOf whose, const std::string& below_day, int limit);
// Writes a row, to test whether writing works.
Result<void> probe(Transaction& tx, Micros now);

}  // namespace wick::run_store
