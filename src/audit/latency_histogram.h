// LatencyHistogram: how long calls took, counted in fixed buckets, so that a percentile of any number of calls costs the
// same.
//
// Buckets are whole milliseconds below 8 ms; above, each doubling has four of equal width, up to 2^20 ms (17 minutes). The
// estimate is the middle of a bucket, so it is less than an eighth (12.5 %) away from a latency of that bucket; what took
// longer than 2^20 ms counts as that. Plain value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace wick {

// The columns b0, b1, … of run_periods: another number needs a migration.
inline constexpr int kLatencyBuckets = 76;
inline constexpr double kLatencyErrorPercent = 12.5;

class LatencyHistogram {
 public:
  // Which bucket a latency is counted in; a negative one as 0.
  static int bucket_of(std::int64_t milliseconds);

  void add(std::int64_t milliseconds) { ++counts_[std::size_t(bucket_of(milliseconds))]; }
  void merge(const LatencyHistogram& other);
  std::int64_t& operator[](int bucket) { return counts_[std::size_t(bucket)]; }
  std::int64_t operator[](int bucket) const { return counts_[std::size_t(bucket)]; }

  // The latency in milliseconds that `percent` of the calls did not exceed (the nearest-rank percentile), within
  // kLatencyErrorPercent; nullopt when nothing was counted. 0 < percent <= 100.
  std::optional<std::int64_t> percentile(int percent) const;

 private:
  std::array<std::int64_t, kLatencyBuckets> counts_{};
};

}  // namespace wick
