#include "base/offload.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <latch>
#include <stdexcept>

namespace wick {
namespace {

FairPoolOptions one_thread(std::size_t max_per_holder) {
  FairPoolOptions options;
  options.threads = 1;
  options.max_per_holder = max_per_holder;
  return options;
}

boost::asio::awaitable<void, boost::asio::io_context::executor_type> collect(FairPool& pool,
                                                                             Result<int>& out) {
  const auto work = []() -> Result<int> { return 7; };
  out = co_await offload(pool, "alice", work);
}

TEST(Offload, ResumesTheCoroutineWithTheResultOfTheWork) {
  FairPool pool(one_thread(8));
  boost::asio::io_context context(1);
  Result<int> out = 0;
  boost::asio::co_spawn(context, collect(pool, out), boost::asio::detached);
  context.run();
  EXPECT_EQ(out.value(), 7);
}

TEST(Offload, TellsTheCoroutineThatItsWorkWasRefused) {
  FairPool pool(one_thread(1));
  std::latch open(1);
  EXPECT_TRUE(pool.post("alice", [&] { open.wait(); }));
  boost::asio::io_context context(1);
  Result<int> out = 0;
  boost::asio::co_spawn(context, collect(pool, out), boost::asio::detached);
  context.run();
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::kRateLimited);
  open.count_down();
}

boost::asio::awaitable<void, boost::asio::io_context::executor_type> fail_at_work(FairPool& pool,
                                                                                  std::string& out) {
  const auto work = []() -> Result<int> { throw std::runtime_error("broken"); };
  try {
    co_await offload(pool, "alice", work);
  } catch (const std::runtime_error& error) {
    out = error.what();
  }
}

TEST(Offload, RethrowsAnExceptionOfTheWork) {
  FairPool pool(one_thread(8));
  boost::asio::io_context context(1);
  std::string out;
  boost::asio::co_spawn(context, fail_at_work(pool, out), boost::asio::detached);
  context.run();
  EXPECT_EQ(out, "broken");
}

}  // namespace
}  // namespace wick
