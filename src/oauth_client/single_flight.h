// SingleFlight: of callers who need the same thing done at the same time, one does it and all wait for it.
//
// The work runs as a coroutine of its own, so it is finished though whoever asked first has gone: a token
// that was rotated must be stored. The table is guarded by a mutex that is never held while waiting. A caller
// either finds the flight in the table, and is put on its list under the same lock under which the list is
// taken at the end: so nobody is forgotten and nobody waits for a flight that is over; or starts one. Each
// waiter is resumed on its own io thread, and is owned by nothing but that thread's context. A flight that
// begins after another one ended sees what that one did: whether there is still something to do is for the
// work to look at.
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

// Thread-safe; outlives its flights.
class SingleFlight {
 public:
  using Work = std::function<http::Task<Result<void>>()>;

  // What the flight under `key` came to; `work` is made into one when there is none, and may throw.
  http::Task<Result<void>> run(std::string key, Work work) {
    const http::Executor home = co_await boost::asio::this_coro::executor;
    const auto landed = std::make_shared<Outcome>(1);
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      auto& waiting = flights_[key];
      first = waiting.empty();
      waiting.push_back(landed);
    }
    if (first) boost::asio::co_spawn(home, fly(std::move(key), std::move(work)), [](std::exception_ptr) {});
    auto outcome = co_await landed->take();
    co_return std::move(*outcome);  // it is never closed, and waits for ever
  }

 private:
  using Outcome = Mailbox<Result<void>>;
  using Waiting = std::vector<std::shared_ptr<Outcome>>;

  http::Task<void> fly(std::string key, Work work) {
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
  std::unordered_map<std::string, Waiting> flights_;  // those under way
};

}  // namespace wick::upstream
