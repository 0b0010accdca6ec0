// The SQL of connector_runs, run_usage and user_usage: each function inside the caller's transaction.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "audit/run.h"
#include "audit/run_log.h"
#include "db/database.h"

namespace wick::run_store {

Result<void> insert(Transaction& tx, const Run& run);
// Credential or user, day, connector → calls, errors of one group.
using UsageDelta =
    std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::int64_t, std::int64_t>>;
Result<void> add_usage(Transaction& tx, UsageOf whose, const UsageDelta& delta);
// 0 when there is none.
Result<std::int64_t> newest_id(Transaction& tx);
// The runs that match among the next `rows` that the index gives; `last` is the id of the last of these, or
// nullopt when there are no more, or the page is full.
struct SearchStep {
  std::vector<Run> runs;
  std::optional<std::int64_t> last;
};
Result<SearchStep> search(Transaction& tx, const RunFilter& filter, int rows, bool payloads);
Result<Run> get(Transaction& tx, std::int64_t id);
// By the primary keys of run_usage and user_usage, connector_runs_credential and connector_runs_user.
Result<Usage> usage(Transaction& tx, UsageOf whose, const std::string& id, const std::string& first_day);
// Days that had calls, oldest first.
Result<std::vector<UsageDay>> days(Transaction& tx, const std::string& first_day);
// Rows visited; at most `limit` each. What was forgotten is noted in run_state.
Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit);
Result<std::int64_t> remove_rows(Transaction& tx, std::int64_t below_id, int limit);
Result<std::int64_t> remove_usage(Transaction& tx, UsageOf whose, const std::string& below_day, int limit);
// Writes something, to see whether that can be.
Result<void> probe(Transaction& tx, Micros now);

}  // namespace wick::run_store
