#include "audit/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace wick {
namespace {

constexpr int kExact = 8;             // buckets of one value: 0 to 7 ms
constexpr int kFirstPower = 3;        // 2^3 == kExact
constexpr int kPerDoublingPower = 2;  // 2^2 buckets from one power of two to the next
constexpr int kPerDoubling = 1 << kPerDoublingPower;
constexpr std::int64_t kLongest = (std::int64_t(1) << 20) - 1;
static_assert(kExact + (20 - kFirstPower) * kPerDoubling == kLatencyBuckets);

std::int64_t middle_of(int bucket) {
  if (bucket < kExact) return bucket;
  const int power = kFirstPower + (bucket - kExact) / kPerDoubling;
  const std::int64_t width = std::int64_t(1) << (power - kPerDoublingPower);
  const std::int64_t lower_bound = (kPerDoubling + (bucket - kExact) % kPerDoubling) * width;
  return lower_bound + (width - 1) / 2;
}

}  // namespace

int LatencyHistogram::bucket_of(std::int64_t milliseconds) {
  const auto value = std::uint64_t(std::clamp<std::int64_t>(milliseconds, 0, kLongest));
  if (value < kExact) return int(value);
  const int power = int(std::bit_width(value)) - 1;
  const int part = int(value >> (power - kPerDoublingPower)) - kPerDoubling;
  return kExact + (power - kFirstPower) * kPerDoubling + part;
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::optional<std::int64_t> LatencyHistogram::percentile(int percent) const {
  const std::int64_t all = std::accumulate(counts_.begin(), counts_.end(), std::int64_t(0));
  if (all == 0) return std::nullopt;
  // ceil(all * percent / 100), without a product that could overflow.
  std::int64_t rank = all / 100 * percent + (all % 100 * percent + 99) / 100;
  for (int bucket = 0;; ++bucket) {
    rank -= (*this)[bucket];
    if (rank <= 0) return middle_of(bucket);
  }
}

}  // namespace wick
