#include "base/rate_limiter.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

constexpr Micros kSecond = kMicrosPerSecond, kStart = 1'800'000'000 * kSecond;

TEST(RateLimiter, ABurstIsAllowedAndThenOneInEachPeriod) {
  RateLimiter limiter(3, std::chrono::seconds(10));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("k", kStart).count(), 0);
  EXPECT_EQ(limiter.take("k", kStart).count(), 10 * kSecond);
  EXPECT_EQ(limiter.wait("k", kStart + 4 * kSecond).count(), 6 * kSecond);
  EXPECT_EQ(limiter.take("k", kStart + 10 * kSecond).count(), 0);
  EXPECT_EQ(limiter.take("k", kStart + 10 * kSecond).count(), 10 * kSecond);
  EXPECT_EQ(limiter.take("other", kStart).count(), 0) << "each key has its own";
}

TEST(RateLimiter, AskingAgainAndAgainDoesNotMakeTheWaitLonger) {
  RateLimiter limiter(1, std::chrono::seconds(10));
  limiter.take("k", kStart);
  for (int i = 0; i < 1000; ++i) limiter.take("k", kStart + 9 * kSecond);
  EXPECT_EQ(limiter.take("k", kStart + 10 * kSecond).count(), 0);
}

TEST(RateLimiter, TokensComeBackWithTimeOrByReturningThem) {
  RateLimiter limiter(2, std::chrono::seconds(10));
  limiter.take("k", kStart);
  limiter.take("k", kStart);
  limiter.give_back("k", kStart);
  EXPECT_EQ(limiter.take("k", kStart).count(), 0);
  EXPECT_GT(limiter.take("k", kStart).count(), 0);
  limiter.clear("k");
  EXPECT_EQ(limiter.size(), 0u);
  EXPECT_EQ(limiter.take("k", kStart).count(), 0);
  EXPECT_EQ(limiter.take("k", kStart).count(), 0);
  limiter.give_back("never taken", kStart);
  EXPECT_EQ(limiter.take("k", kStart + 20 * kSecond).count(), 0);
  EXPECT_EQ(limiter.take("k", kStart + 20 * kSecond).count(), 0);
  EXPECT_GT(limiter.take("k", kStart + 20 * kSecond).count(), 0) << "no more than the burst is saved up";
}

TEST(RateLimiter, ABurstOfZeroAllowsNothing) {
  RateLimiter limiter(0, std::chrono::seconds(1));
  EXPECT_GT(limiter.take("k", kStart).count(), 0);
  EXPECT_GT(limiter.wait("k", kStart + 1000 * kSecond).count(), 0);
}

TEST(RateLimiter, FullBucketsAreForgotten) {
  RateLimiter limiter(3, std::chrono::seconds(1));
  for (int i = 0; i < 1000; ++i) limiter.take(std::to_string(i), kStart);
  EXPECT_EQ(limiter.size(), 1000u);
  limiter.take("k", kStart + kSecond);
  EXPECT_EQ(limiter.size(), 1u);
}

TEST(RateLimiter, AFullTableForgetsWhoeverHasTakenTheLeast) {
  RateLimiter limiter(5, std::chrono::seconds(60));
  for (int i = 0; i < 5; ++i) limiter.take("guesser", kStart);
  for (std::size_t i = 0; i < 3 * kMaxLimitedKeys; ++i) limiter.take("made up " + std::to_string(i), kStart);
  EXPECT_EQ(limiter.size(), kMaxLimitedKeys);
  EXPECT_GT(limiter.take("guesser", kStart).count(), 0) << "the count is not reset by filling the table";
  EXPECT_EQ(limiter.take("somebody new", kStart).count(), 0) << "nobody is refused because the table is full";
}

TEST(AddressQuota, AClientHasItsOwnShareAndASiteIsBoundedToo) {
  AddressQuota quota(2);
  EXPECT_EQ(quota.take("2001:db8:0:1::1", kStart).count(), 0);
  EXPECT_EQ(quota.take("2001:db8:0:1::2", kStart).count(), 0);
  EXPECT_EQ(quota.take("2001:db8:0:1::3", kStart).count(), 1800 * kSecond) << "one /64 is one client";
  int taken = 2;
  for (int network = 2; network < 100; ++network)
    taken += quota.take("2001:db8:0:" + std::to_string(network) + "::1", kStart).count() == 0;
  EXPECT_EQ(taken, 2 * kSiteShare) << "a /48 does not get as much as all its networks";
  EXPECT_EQ(quota.take("2001:db8:1::1", kStart).count(), 0) << "another site is not held up";
  EXPECT_EQ(quota.take("192.0.2.1", kStart).count(), 0);
  EXPECT_EQ(quota.take("2001:db8:0:1::1", kStart + 1800 * kSecond).count(), 0);
  EXPECT_GT(AddressQuota(0).take("192.0.2.1", kStart).count(), 0);
}

TEST(RateLimiter, TheErrorSaysHowLongToWaitRoundedUp) {
  EXPECT_EQ(rate_limited("wrong codes", std::chrono::microseconds(1)).message,
            "Too many wrong codes: try again in 1 second.");
  EXPECT_EQ(rate_limited("wrong codes", std::chrono::microseconds(kSecond + 1)).message,
            "Too many wrong codes: try again in 2 seconds.");
  EXPECT_EQ(rate_limited("wrong codes", std::chrono::microseconds(kSecond + 1)).retry_after,
            std::chrono::seconds(2));
}

}  // namespace
}  // namespace wick
