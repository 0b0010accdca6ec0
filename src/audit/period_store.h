// The SQL of run_periods: calls, errors and latencies by hour or day and connector. Each function runs inside
// the transaction of the caller.
#pragma once

#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "audit/run.h"
#include "audit/usage_series.h"
#include "db/database.h"

namespace wick::period_store {

// Grain, start of the period, connector → counts. The connector ids borrow from the runs.
using PeriodDelta = std::map<std::tuple<Grain, Micros, std::string_view>, PeriodCounts>;
void count(PeriodDelta& delta, const Run& run);
Result<void> add(Transaction& tx, const PeriodDelta& delta);

// The last `periods` periods up to `now`, of one connector or of all. Reads one row for each period and
// connector with calls, by the primary key or run_periods_connector; the number of calls does not matter.
Result<UsageSeries> series(Transaction& tx, const std::optional<std::string>& connector_id, Grain grain,
                           int periods, Micros now);

// Removes at most `limit` rows of periods that began before `before`, oldest first.
Result<std::int64_t> remove(Transaction& tx, Grain grain, Micros before, int limit);

}  // namespace wick::period_store
