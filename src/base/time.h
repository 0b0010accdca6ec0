// Time: microseconds since the Unix epoch, and a clock that tests can inject.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wick {

// A point in time: microseconds since 1970-01-01T00:00:00Z. Durations are std::chrono types.
using Micros = std::int64_t;

// A duration in the unit of Micros.
constexpr Micros to_micros(std::chrono::microseconds duration) {
  return duration.count();
}

inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Thread-safe. `now` is wall-clock time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Micros now() const override;
};

// "2026-07-28T09:30:00.000Z" (RFC 3339, UTC, milliseconds).
std::string format_rfc3339(Micros time);
// Accepts what RFC 3339 §5.6 allows with "Z" or an offset; nullopt for anything else.
std::optional<Micros> parse_rfc3339(std::string_view text);
// "2026-07-28" (UTC).
std::string format_day(Micros time);

}  // namespace wick
