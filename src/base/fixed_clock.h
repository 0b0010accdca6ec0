// A clock that tests set. Thread-safe.
#pragma once

#include <atomic>

#include "base/time.h"

namespace wick {

class FixedClock final : public Clock {
 public:
  Micros now() const override { return time.load(); }
  void advance(std::int64_t seconds) { time += seconds * kMicrosPerSecond; }
  std::atomic<Micros> time = 1'800'000'000 * kMicrosPerSecond;
};

}  // namespace wick
