#include "base/mailbox.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <thread>
#include <vector>

namespace wick {
namespace {

using Executor = boost::asio::io_context::executor_type;
using Task = boost::asio::awaitable<void, Executor>;

// Runs a coroutine on a thread's context to its end.
template <typename Body>
void run(Body body) {
  boost::asio::io_context context(1);
  boost::asio::co_spawn(context, body(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}

TEST(Mailbox, GivesTheValuesOfManyThreadsAllOnceAndThoseOfEachInOrder) {
  constexpr int kThreads = 4, kValues = 5000;
  Mailbox<std::pair<int, int>> mailbox;
  std::vector<std::thread> writers;
  for (int i = 0; i < kThreads; ++i) {
    writers.emplace_back([&mailbox, i] {
      for (int n = 0; n < kValues; ++n) mailbox.put({i, n});
    });
  }
  std::vector<int> next(kThreads, 0);
  const auto body = [&]() -> Task {
    for (int n = 0; n < kThreads * kValues; ++n) {
      auto value = co_await mailbox.take();
      EXPECT_TRUE(value);
      EXPECT_EQ(value->second, next[std::size_t(value->first)]++);
    }
  };
  run(body);
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(next, std::vector<int>(kThreads, kValues));
}

TEST(Mailbox, EndsWhoWaitsWhenItIsClosedAndStillGivesWhatWasInIt) {
  Mailbox<int> mailbox;
  mailbox.put(1);
  std::thread closer;
  std::vector<int> got;
  bool closed = false;
  const auto body = [&]() -> Task {
    auto first = co_await mailbox.take();
    got.push_back(*first);
    closer = std::thread([&] { mailbox.close(); });
    auto second = co_await mailbox.take();
    closed = !second && second.error() == MailboxEnd::kClosed;
  };
  run(body);
  closer.join();
  EXPECT_EQ(got, std::vector<int>{1});
  EXPECT_TRUE(closed);
  EXPECT_FALSE(mailbox.put(2));
}

TEST(Mailbox, TellsThatNothingCameInTime) {
  Mailbox<int> mailbox;
  bool late = false;
  const auto body = [&]() -> Task {
    auto value = co_await mailbox.take(std::chrono::milliseconds(1));
    late = !value && value.error() == MailboxEnd::kTimeout;
  };
  run(body);
  EXPECT_TRUE(late);
}

TEST(Mailbox, TakesNoMoreThanItsCapacity) {
  Mailbox<int> mailbox(2);
  EXPECT_TRUE(mailbox.put(1));
  EXPECT_TRUE(mailbox.put(2));
  EXPECT_FALSE(mailbox.put(3));
}

TEST(Mailbox, OutlivesTheContextOfWhoWaitedForIt) {
  const auto mailbox = std::make_shared<Mailbox<int>>();
  {
    boost::asio::io_context context(1);
    const auto body = [&]() -> Task { co_await mailbox->take(); };
    boost::asio::co_spawn(context, body(), [](std::exception_ptr) {});
    context.poll();
  }
  EXPECT_TRUE(mailbox->put(1));
  int got = 0;
  const auto body = [&]() -> Task { got = *co_await mailbox->take(); };
  run(body);
  EXPECT_EQ(got, 1);
}

TEST(AsyncMutex, IsOneCoroutinesAtATimeOnManyThreads) {
  constexpr int kThreads = 4, kRounds = 2000;
  AsyncMutex turn;
  int inside = 0, most = 0, entered = 0;  // guarded by the turn
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const auto body = [&]() -> Task {
        for (int n = 0; n < kRounds; ++n) {
          co_await turn.lock();
          most = std::max(most, ++inside);
          ++entered;
          --inside;
          turn.unlock();
        }
      };
      run(body);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(entered, kThreads * kRounds);
}

TEST(AsyncMutex, PassesOnByWhoeverDidNotWaitForIt) {
  AsyncMutex turn;
  std::vector<int> order;
  const auto body = [&]() -> Task {
    co_await turn.lock();
    const bool second = co_await turn.lock(std::chrono::milliseconds(1));
    order.push_back(second ? 1 : 0);
    turn.unlock();
    const bool third = co_await turn.lock(std::chrono::milliseconds(1));
    order.push_back(third ? 1 : 0);
    turn.unlock();
  };
  run(body);
  EXPECT_EQ(order, (std::vector<int>{0, 1}));
}

}  // namespace
}  // namespace wick
