#include "oauth_client/single_flight.h"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace wick::upstream {
namespace {

namespace asio = boost::asio;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, http::Executor>;

// Callers on several io threads, as the server has them.
class SingleFlightTest : public testing::Test {
 protected:
  static constexpr int kThreads = 4;
  static constexpr int kCallers = 200;

  SingleFlightTest() {
    for (int i = 0; i < kThreads; ++i) contexts_.push_back(std::make_unique<asio::io_context>(1));
  }
  void call(int i, std::string key, SingleFlight::Work work) {
    asio::co_spawn(*contexts_[std::size_t(i) % kThreads], ask(std::move(key), std::move(work)),
                   asio::detached);
  }
  // Everything that does not wait.
  void poll() {
    for (auto& context : contexts_) context->poll();
  }
  // On a thread each, to the end.
  void run() {
    std::vector<std::thread> threads;
    for (auto& context : contexts_) threads.emplace_back([&context] { context->run(); });
    for (auto& thread : threads) thread.join();
    for (auto& context : contexts_) context->restart();
  }
  SingleFlight::Work work(Result<void> outcome = {}) {
    return [this, outcome] { return wait(outcome); };
  }

 private:
  http::Task<void> ask(std::string key, SingleFlight::Work work) {
    const auto outcome = co_await flights_.run(std::move(key), std::move(work));
    ++(outcome ? succeeded_ : failed_);
  }
  http::Task<Result<void>> wait(Result<void> outcome) {
    ++runs_;
    const http::Executor home = co_await asio::this_coro::executor;
    Timer timer(home);
    while (!open_) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable_t<http::Executor>());
    }
    co_return outcome;
  }

 protected:
  SingleFlight flights_;
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::atomic<bool> open_{false};
  std::atomic<int> runs_{0}, succeeded_{0}, failed_{0};
};

TEST_F(SingleFlightTest, OneOfManyCallersWorksAndAllGetTheResult) {
  for (int i = 0; i < kCallers; ++i) call(i, "key", work());
  poll();
  EXPECT_EQ(succeeded_, 0);
  open_ = true;
  run();
  EXPECT_EQ(succeeded_, kCallers);
  EXPECT_EQ(runs_, 1);
}

TEST_F(SingleFlightTest, CallersThatComeWhileAFlightEndsAreAnsweredToo) {
  open_ = true;
  for (int i = 0; i < 20 * kCallers; ++i) call(i, "key", work());
  run();
  EXPECT_EQ(succeeded_, 20 * kCallers);
}

TEST_F(SingleFlightTest, AFailureIsEveryonesAndTheNextCallerTriesAgain) {
  for (int i = 0; i < 2; ++i) call(i, "key", work(fail(ErrorCode::kUpstream, "away")));
  poll();
  open_ = true;
  run();
  EXPECT_EQ(failed_, 2);
  call(0, "key", work());
  run();
  EXPECT_EQ(runs_, 2);
  EXPECT_EQ(succeeded_, 1);
}

TEST_F(SingleFlightTest, OtherKeysDoNotWait) {
  for (int i = 0; i < 8; ++i) call(i, std::to_string(i), work());
  poll();
  EXPECT_EQ(runs_, 8);
  open_ = true;
  run();
  EXPECT_EQ(succeeded_, 8);
}

TEST_F(SingleFlightTest, AnExceptionIsAnErrorForAll) {
  call(0, "key", []() -> http::Task<Result<void>> { throw std::runtime_error("broken"); });
  run();
  EXPECT_EQ(failed_, 1);
}

}  // namespace
}  // namespace wick::upstream
