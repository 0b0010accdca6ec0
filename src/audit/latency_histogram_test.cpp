#include "audit/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace wick {
namespace {

TEST(LatencyHistogramTest, BucketsGrowWithTheLatencyAndLeaveNoGap) {
  int last = 0;
  for (std::int64_t ms = 0; ms <= 1 << 20; ++ms) {
    const int bucket = LatencyHistogram::bucket_of(ms);
    ASSERT_TRUE(bucket == last || bucket == last + 1) << ms;
    last = bucket;
  }
  EXPECT_EQ(last, kLatencyBuckets - 1);
  EXPECT_EQ(LatencyHistogram::bucket_of(INT64_MAX), kLatencyBuckets - 1);
  EXPECT_EQ(LatencyHistogram::bucket_of(-5), 0);
}

TEST(LatencyHistogramTest, AnyLatencyIsEstimatedWithinTheStatedError) {
  for (std::int64_t ms = 0; ms < 1 << 20; ms += 1 + ms / 100) {
    LatencyHistogram histogram;
    histogram.add(ms);
    const std::int64_t estimate = *histogram.percentile(95);
    EXPECT_LE(std::abs(double(estimate - ms)) * 100, kLatencyErrorPercent * double(ms)) << ms;
  }
}

TEST(LatencyHistogramTest, PercentilesOfRandomLatenciesAreWithinTheStatedError) {
  std::mt19937_64 random(20);
  for (int round = 0; round < 200; ++round) {
    std::lognormal_distribution<double> latency(1 + round % 8, 0.1 + 0.1 * (round % 20));
    std::vector<std::int64_t> all(1 + std::size_t(round) * 7);
    LatencyHistogram whole, half;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = std::min<std::int64_t>(std::int64_t(latency(random)), (1 << 20) - 1);
      (i % 2 == 0 ? whole : half).add(all[i]);
    }
    whole.merge(half);
    std::sort(all.begin(), all.end());
    for (const int percent : {1, 50, 95, 99, 100}) {
      const auto exact = double(all[(all.size() * std::size_t(percent) + 99) / 100 - 1]);
      EXPECT_LE(std::abs(double(*whole.percentile(percent)) - exact) * 100, kLatencyErrorPercent * exact);
    }
  }
}

TEST(LatencyHistogramTest, HasNoPercentileWhenEmpty) {
  EXPECT_EQ(LatencyHistogram().percentile(95), std::nullopt);
}

}  // namespace
}  // namespace wick
