// LatencyHistogram: latencies counted in fixed buckets, so that a percentile costs the same for any number of
// calls.
//
// Buckets are whole milliseconds below 8 ms. Above, each doubling has four buckets of equal width, up to 2^20
// ms (17 minutes). The estimate is the middle of a bucket, so it differs by less than an eighth (12.5 %) from
// each latency of the bucket. Longer latencies count as 2^20 ms. Plain value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace wick {

// The number of columns b0, b1, … of run_periods. Changing the number requires a migration.
inline constexpr int kLatencyBuckets = 76;
inline constexpr double kLatencyErrorPercent = 12.5;

class LatencyHistogram {
 public:
  // The bucket of a latency; negative latencies count as 0.
  static int bucket_of(std::int64_t milliseconds);

  void add(std::int64_t milliseconds) { ++counts_[std::size_t(bucket_of(milliseconds))]; }
  void merge(const LatencyHistogram& other);
  std::int64_t& operator[](int bucket) { return counts_[std::size_t(bucket)]; }
  std::int64_t operator[](int bucket) const { return counts_[std::size_t(bucket)]; }

  // The latency in milliseconds that `percent` of the calls did not exceed (nearest-rank percentile), within
  // kLatencyErrorPercent; nullopt if nothing was counted. 0 < percent <= 100.
  std::optional<std::int64_t> percentile(int percent) const;

 private:
  std::array<std::int64_t, kLatencyBuckets> counts_{};
};

}  // namespace wick
