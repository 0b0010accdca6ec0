#include "base/fair_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace wick {
namespace {

FairPoolOptions with_threads(std::size_t threads) {
  FairPoolOptions options;
  options.threads = threads;
  options.holder_setting = "limits.per_holder";
  options.total_setting = "limits.total";
  return options;
}

// A job that holds its thread until it is let go.
struct Gate {
  std::latch entered{1}, open{1};
  FairPool::Job job() {
    return [this] {
      entered.count_down();
      open.wait();
    };
  }
};

TEST(FairPool, RunsEverythingBeforeItEnds) {
  std::atomic<int> ran = 0;
  FairPool pool(with_threads(3));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(pool.post("alice", [&] { ++ran; }));
  pool.join();
  EXPECT_EQ(ran, 50);
  const auto late = pool.post("alice", [&] { ++ran; });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kUnavailable);
}

TEST(FairPool, HoldersHaveTheirTurnsOneAfterTheOther) {
  std::string order;
  FairPool pool(with_threads(1));
  Gate gate;
  EXPECT_TRUE(pool.post("alice", gate.job()));
  gate.entered.wait();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.post("alice", [&] { order += 'a'; }));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(pool.post("bob", [&] { order += 'b'; }));
  EXPECT_TRUE(pool.post("", [&] { order += 's'; }));
  gate.open.count_down();
  pool.join();
  EXPECT_EQ(order, "absaba");
}

TEST(FairPool, OneHolderNeverRunsOnAllThreads) {
  FairPool pool(with_threads(3));
  Gate first, second, third;
  EXPECT_TRUE(pool.post("alice", first.job()));
  EXPECT_TRUE(pool.post("alice", second.job()));
  first.entered.wait();
  second.entered.wait();
  EXPECT_TRUE(pool.post("alice", third.job()));
  std::latch bob(1);
  EXPECT_TRUE(pool.post("bob", [&] { bob.count_down(); }));
  bob.wait();  // a thread is left for bob
  EXPECT_FALSE(third.entered.try_wait());
  first.open.count_down();
  third.entered.wait();  // and alice's next runs when one of hers has ended
  second.open.count_down();
  third.open.count_down();
}

TEST(FairPool, TheServerItselfMayRunOnAllThreads) {
  FairPoolOptions options = with_threads(2);
  options.max_running_per_holder = 1;
  FairPool pool(options);
  Gate first, second;
  EXPECT_TRUE(pool.post("", first.job()));
  EXPECT_TRUE(pool.post("", second.job()));
  first.entered.wait();
  second.entered.wait();
  first.open.count_down();
  second.open.count_down();
}

TEST(FairPool, AHolderWithTooManyJobsIsRefusedAndOthersAreNot) {
  FairPoolOptions options = with_threads(1);
  options.max_per_holder = 2;
  FairPool pool(options);
  Gate gate;
  EXPECT_TRUE(pool.post("alice", gate.job()));
  gate.entered.wait();
  EXPECT_TRUE(pool.post("alice", [] {}));
  const auto refused = pool.post("alice", [] { FAIL() << "it was refused"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(1));
  EXPECT_NE(refused.error().message.find("limits.per_holder"), std::string::npos);
  EXPECT_TRUE(pool.post("bob", [] {}));
  gate.open.count_down();
}

TEST(FairPool, AFullQueueRefusesEverybody) {
  FairPoolOptions options = with_threads(1);
  options.max_queued = 1;
  FairPool pool(options);
  Gate gate;
  EXPECT_TRUE(pool.post("alice", gate.job()));
  gate.entered.wait();
  EXPECT_TRUE(pool.post("bob", [] {}));
  const auto refused = pool.post("carol", [] {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("limits.total"), std::string::npos);
  gate.open.count_down();
}

}  // namespace
}  // namespace wick
