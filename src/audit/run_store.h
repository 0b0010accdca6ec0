// The SQL of connector_runs and run_usage: each function inside the caller's transaction.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "audit/run.h"
#include "audit/run_log.h"
#include "db/database.h"

namespace wick::run_store {

Result<void> insert(Transaction& tx, const Run& run);
// credential, day, connector → calls, errors of one group.
using UsageDelta =
    std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::int64_t, std::int64_t>>;
Result<void> add_usage(Transaction& tx, const UsageDelta& delta);
// 0 when there is none.
Result<std::int64_t> newest_id(Transaction& tx);
Result<std::vector<Run>> search(Transaction& tx, const RunFilter& filter, bool payloads);
Result<Run> get(Transaction& tx, std::int64_t id);
Result<Usage> usage(Transaction& tx, const std::string& credential_id, const std::string& first_day);
// Days that had calls, oldest first.
Result<std::vector<UsageDay>> days(Transaction& tx, const std::string& first_day);
// Rows changed; at most `limit` each.
Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit);
Result<std::int64_t> remove_rows(Transaction& tx, std::int64_t below_id, int limit);
Result<void> remove_usage(Transaction& tx, const std::string& below_day);

}  // namespace wick::run_store
