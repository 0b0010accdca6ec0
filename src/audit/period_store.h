// The SQL of run_periods: calls, errors and latencies by hour or day and connector, each function inside the caller's
// transaction.
#pragma once

#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "audit/run.h"
#include "audit/usage_series.h"
#include "db/database.h"

namespace wick::period_store {

// grain, start of the period, connector → its counts. Connectors borrow from the runs.
using PeriodDelta = std::map<std::tuple<Grain, Micros, std::string_view>, PeriodCounts>;
void count(PeriodDelta& delta, const Run& run);
Result<void> add(Transaction& tx, const PeriodDelta& delta);

// The `periods` periods up to that of `now`. `connector_id`: of one, else of all. Reads a row for each period and connector
// that had calls, by run_periods' key or run_periods_connector, however many calls there were.
Result<UsageSeries> series(Transaction& tx, const std::optional<std::string>& connector_id, Grain grain,
                           int periods, Micros now);

// At most `limit` rows of periods that began before `before`, the oldest first.
Result<std::int64_t> remove(Transaction& tx, Grain grain, Micros before, int limit);

}  // namespace wick::period_store
