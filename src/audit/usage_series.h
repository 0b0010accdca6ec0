// Calls over time and by connector, as charts show them. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/latency_histogram.h"
#include "base/time.h"

namespace wick {

// Periods begin at whole hours and days of UTC.
enum class Grain { kHour, kDay };
constexpr Micros length_of(Grain grain) {
  return grain == Grain::kHour ? 3600 * kMicrosPerSecond : kMicrosPerDay;
}
// Hours are kept for this long, days as long as the records of calls (audit.row_days).
inline constexpr int kHoursKept = 48;
// A series names this many connectors at most, the busiest.
inline constexpr std::size_t kMaxSeriesConnectors = 100;

// Every run is a call. Errors: those that did not end well. Latencies: of the runs that reached an end, good or bad, and
// not of those that were refused or cancelled.
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
  std::string connector_id;  // empty: calls to no connector, such as wick_search
  std::int64_t calls = 0, errors = 0;
  std::optional<std::int64_t> p95_ms;
};
struct UsageSeries {
  std::vector<UsagePeriod> periods;        // oldest first, none left out; the last is under way
  std::vector<ConnectorUsage> connectors;  // the busiest first
  UsagePeriod total;                       // from the start of the first period
};

}  // namespace wick
