#include "base/shares.h"

#include <gtest/gtest.h>

#include <barrier>
#include <optional>
#include <thread>
#include <vector>

namespace wick {
namespace {

Shares make_shares(std::size_t total, std::size_t per_holder) {
  return Shares(total, per_holder, {"calls", "one user", "limits.per_user", "limits.total"});
}

TEST(Shares, AHolderGetsItsShareAndNoMore) {
  Shares shares = make_shares(10, 2);
  const auto first = shares.take("alice"), second = shares.take("alice"), third = shares.take("alice");
  EXPECT_TRUE(first && second);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(third.error().retry_after, std::chrono::seconds(1));
  EXPECT_EQ(third.error().message,
            "There are 2 calls in progress, which is the limit for one user (limits.per_user): wait for some "
            "to end.");
  EXPECT_TRUE(shares.take("bob"));
}

TEST(Shares, TheTotalHoldsForAllHoldersTogether) {
  Shares shares = make_shares(2, 2);
  const auto alice = shares.take("alice"), bob = shares.take("bob");
  const auto carol = shares.take("carol");
  ASSERT_FALSE(carol);
  EXPECT_EQ(carol.error().message,
            "The server has 2 calls in progress, which is the limit (limits.total): try again in a moment.");
}

TEST(Shares, AnEndedLeaseGivesItsPartBack) {
  Shares shares = make_shares(1, 1);
  {
    const auto lease = shares.take("alice");
    EXPECT_TRUE(lease);
    EXPECT_EQ(shares.taken_by("alice"), 1U);
    EXPECT_FALSE(shares.take("bob"));
  }
  EXPECT_EQ(shares.taken(), 0U);
  EXPECT_TRUE(shares.take("bob"));
}

TEST(Shares, AMovedLeaseIsGivenBackOnce) {
  Shares shares = make_shares(5, 5);
  auto first = shares.take("alice"), second = shares.take("alice");
  Shares::Lease kept = std::move(*first);
  EXPECT_EQ(shares.taken(), 2U);
  kept = std::move(*second);
  EXPECT_EQ(shares.taken(), 2U);
  second = Shares::Lease();
  EXPECT_EQ(shares.taken(), 1U);
  kept = Shares::Lease();
  EXPECT_EQ(shares.taken(), 0U);
}

TEST(Shares, TheServerItselfIsBoundedByTheTotalAlone) {
  Shares shares = make_shares(3, 1);
  const auto first = shares.take(""), second = shares.take(""), third = shares.take("");
  EXPECT_TRUE(first && second && third);
  EXPECT_FALSE(shares.take(""));
  EXPECT_FALSE(shares.take("alice"));
}

TEST(Shares, HoldersWithoutALeaseTakeNoMemory) {
  Shares shares = make_shares(1000, 1);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(shares.take("holder " + std::to_string(i)));
  EXPECT_EQ(shares.holders(), 0U);
}

TEST(Shares, ALeaseMayOutliveItsShares) {
  auto shares = std::make_optional<Shares>(make_shares(1, 1));
  auto lease = shares->take("alice");
  shares.reset();
  EXPECT_TRUE(*lease);
}

TEST(Shares, ThreadsThatTakeTogetherNeverGetMoreThanThereIs) {
  constexpr int kThreads = 8;
  Shares shares = make_shares(5, 3);
  std::barrier together(kThreads);
  std::atomic<int> got_alice = 0, got_bob = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 200; ++round) {
        together.arrive_and_wait();
        const auto lease = shares.take(i % 2 == 0 ? "alice" : "bob");
        if (lease) ++(i % 2 == 0 ? got_alice : got_bob);
        together.arrive_and_wait();
        if (i == 0) {
          EXPECT_LE(got_alice, 3);
          EXPECT_LE(got_bob, 3);
          EXPECT_EQ(got_alice + got_bob, 5);
          got_alice = got_bob = 0;
        }
        together.arrive_and_wait();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shares.taken(), 0U);
  EXPECT_EQ(shares.holders(), 0U);
}

}  // namespace
}  // namespace wick
