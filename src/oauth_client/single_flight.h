// SingleFlight: when several callers need the same work at the same time, it runs once and all of them wait for its result.
//
// The work runs in a coroutine of its own. It finishes even when its first caller is cancelled, because a rotated token
// must be stored. A mutex guards the table, and is never held while waiting. A caller that finds a flight in the table adds
// itself to its list of waiters under the same lock under which the flight takes the list at its end. So every waiter is
// resumed, and no caller waits for a flight that has ended. Each waiter is resumed on its own io thread. When a flight
// starts after another one ended, its work checks whether there is anything left to do.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "base/result.h"
#include "http/message.h"

namespace wick::upstream {

// Thread-safe. It outlives its flights.
class SingleFlight {
 public:
  using Work = std::function<http::Task<Result<void>>()>;

  // Returns the result of the flight with this key. Starts a flight with `work` when there is none. `work` may throw.
  http::Task<Result<void>> run(std::string key, Work work) {
    const http::Executor executor = co_await boost::asio::this_coro::executor;
    const auto outcome_box = std::make_shared<Outcome>(1);
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      auto& waiting = flights_[key];
      first = waiting.empty();
      waiting.push_back(outcome_box);
    }
    if (first)
      boost::asio::co_spawn(executor, run_work(std::move(key), std::move(work)), [](std::exception_ptr) {});
    auto outcome = co_await outcome_box->take();
    co_return std::move(*outcome);  // the mailbox is never closed, and the wait has no timeout
  }

 private:
  using Outcome = Mailbox<Result<void>>;
  using Waiting = std::vector<std::shared_ptr<Outcome>>;

  http::Task<void> run_work(std::string key, Work work) {
    Result<void> outcome;
    try {
      outcome = co_await work();
    } catch (const std::exception& error) {
      outcome = fail(ErrorCode::kInternal, error.what());
    }
    Waiting waiting;
    {
      const std::lock_guard lock(mutex_);
      waiting = std::move(flights_.extract(key).mapped());
    }
    for (const auto& one : waiting) one->put(outcome);
  }

  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> flights_;  // the flights in progress
};

}  // namespace wick::upstream
