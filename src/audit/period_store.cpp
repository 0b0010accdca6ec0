#include "audit/period_store.h"

#include <algorithm>
#include <unordered_map>

namespace wick::period_store {
namespace {

constexpr int kP95 = 95;

std::string_view name_of(Grain grain) {
  return grain == Grain::kHour ? "hour" : "day";
}

Micros start_of(Grain grain, Micros time) {
  return time - time % length_of(grain);
}

// "b0, b1, …": `text` for each column, with "#" replaced by its name and "$" by the number of its parameter.
std::string for_each_bucket(std::string_view text, int first_parameter) {
  std::string out;
  for (int bucket = 0; bucket < kLatencyBuckets; ++bucket) {
    out += ", ";
    for (const char c : text) {
      if (c == '#') {
        out += "b" + std::to_string(bucket);
      } else if (c == '$') {
        out += "$" + std::to_string(first_parameter + bucket);
      } else {
        out += c;
      }
    }
  }
  return out;
}

const std::string& upsert() {
  static const std::string sql =
      "INSERT INTO run_periods (grain, start, connector_id, calls, errors" + for_each_bucket("#", 0) +
      ") VALUES ($1, $2, $3, $4, $5" + for_each_bucket("$", 6) +
      ") ON CONFLICT (grain, start, connector_id) DO UPDATE "
      "SET calls = run_periods.calls + excluded.calls, errors = run_periods.errors + excluded.errors" +
      for_each_bucket("# = run_periods.# + excluded.#", 0);
  return sql;
}

PeriodCounts read(const SqlRow& row) {
  PeriodCounts counts{row.integer(2), row.integer(3)};
  for (int bucket = 0; bucket < kLatencyBuckets; ++bucket) counts.latencies[bucket] = row.integer(4 + bucket);
  return counts;
}

}  // namespace

void count(PeriodDelta& delta, const Run& run) {
  for (const Grain grain : {Grain::kHour, Grain::kDay}) {
    PeriodCounts& counts = delta[{grain, start_of(grain, run.started_at), run.connector_id}];
    ++counts.calls;
    if (run.status != RunStatus::kOk) ++counts.errors;
    if (run.status == RunStatus::kOk || run.status == RunStatus::kError) counts.latencies.add(run.latency_ms);
  }
}

Result<void> add(Transaction& tx, const PeriodDelta& delta) {
  std::vector<SqlParam> params;
  for (const auto& [key, counts] : delta) {
    const auto& [grain, start, connector] = key;
    params.assign({name_of(grain), start, connector, counts.calls, counts.errors});
    for (int bucket = 0; bucket < kLatencyBuckets; ++bucket) params.emplace_back(counts.latencies[bucket]);
    WICK_CHECK(tx.execute(upsert(), params));
  }
  return {};
}

Result<UsageSeries> series(Transaction& tx, const std::optional<std::string>& connector_id, Grain grain,
                           int periods, Micros now) {
  static const std::string columns = "SELECT start, connector_id, calls, errors" + for_each_bucket("#", 0) +
                                     " FROM run_periods WHERE grain = $1";
  const Micros length = length_of(grain), first = start_of(grain, now) - (periods - 1) * length;
  std::vector<PeriodCounts> by_period(static_cast<std::size_t>(periods));
  std::unordered_map<std::string, PeriodCounts> by_connector;
  PeriodCounts all;
  std::vector<SqlParam> params = {name_of(grain), first};
  std::string sql = columns + " AND start >= $2";
  if (connector_id) {
    params.emplace_back(std::string_view(*connector_id));
    sql += " AND connector_id = $3";
  }
  auto done = tx.for_each(sql, params, [&](const SqlRow& row) {
    const PeriodCounts counts = read(row);
    // After the clock was set back, periods in the future count as the current one.
    const auto at = std::min<Micros>((row.integer(0) - first) / length, periods - 1);
    by_period[std::size_t(at)].add(counts);
    by_connector[row.text(1)].add(counts);
    all.add(counts);
  });
  WICK_CHECK(done);

  UsageSeries series;
  for (std::size_t i = 0; i < by_period.size(); ++i) {
    const PeriodCounts& counts = by_period[i];
    series.periods.push_back(
        {first + Micros(i) * length, counts.calls, counts.errors, counts.latencies.percentile(kP95)});
  }
  for (const auto& [id, counts] : by_connector)
    series.connectors.push_back({id, counts.calls, counts.errors, counts.latencies.percentile(kP95)});
  std::sort(series.connectors.begin(), series.connectors.end(), [](const auto& a, const auto& b) {
    return std::tie(b.calls, a.connector_id) < std::tie(a.calls, b.connector_id);
  });
  if (series.connectors.size() > kMaxSeriesConnectors) series.connectors.resize(kMaxSeriesConnectors);
  series.total = {first, all.calls, all.errors, all.latencies.percentile(kP95)};
  return series;
}

Result<std::int64_t> remove(Transaction& tx, Grain grain, Micros before, int limit) {
  return tx.execute(
      "DELETE FROM run_periods WHERE (grain, start, connector_id) IN (SELECT grain, start, connector_id FROM "
      "run_periods WHERE grain = $1 AND start < $2 ORDER BY start LIMIT $3)",
      {name_of(grain), before, std::int64_t(limit)});
}

}  // namespace wick::period_store
