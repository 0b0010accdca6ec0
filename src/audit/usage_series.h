// Calls over time and by connector, for charts. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/latency_histogram.h"
#include "base/time.h"

namespace wick {

// Periods begin at whole hours and days (UTC).
enum class Grain { kHour, kDay };
constexpr Micros length_of(Grain grain) {
  return grain == Grain::kHour ? 3600 * kMicrosPerSecond : kMicrosPerDay;
}
// The number of retained hours. Days are retained as long as the runs (audit.row_days).
inline constexpr int kHoursKept = 48;
// The number of connectors in a series; the busiest come first.
inline constexpr std::size_t kMaxSeriesConnectors = 100;

// Every run is a call. `errors` counts runs with a status other than kOk. `latencies` has the runs that
// completed, with or without success, and not the denied, rate-limited or cancelled ones.
struct PeriodCounts {
  std::int64_t calls = 0, errors = 0;
  LatencyHistogram latencies = {};

  void add(const PeriodCounts& other) {
    calls += other.calls;
    errors += other.errors;
    latencies.merge(other.latencies);
  }
};

struct UsagePeriod {
  Micros start = 0;
  std::int64_t calls = 0, errors = 0;
  std::optional<std::int64_t> p95_ms;  // nullopt: no latency was counted
};
struct ConnectorUsage {
  std::string connector_id;  // empty: calls without a connector, such as wick_search
  std::int64_t calls = 0, errors = 0;
  std::optional<std::int64_t> p95_ms;
};
struct UsageSeries {
  std::vector<UsagePeriod> periods;        // oldest first, without gaps; the last one is incomplete
  std::vector<ConnectorUsage> connectors;  // the busiest first
  UsagePeriod total;                       // from the start of the first period
};

}  // namespace wick
