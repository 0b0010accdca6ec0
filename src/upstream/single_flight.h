// SingleFlight: of callers who need the same thing done at the same time, one does it and all wait for it.
//
// The work runs as a coroutine of its own, so it is finished though whoever asked first has gone: a token
// that was rotated must be stored. The table is guarded by a mutex that is never held while waiting. A caller
// either finds the flight in the table, and is put on its list under the same lock under which the list is
// taken at the end: so nobody is forgotten and nobody waits for a flight that is over; or starts one. Each
// waiter is resumed on its own io thread. A flight that begins after another one ended sees what that one
// did: whether there is still something to do is for the work to look at.
#pragma once

#include <absl/functional/any_invocable.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace wick::upstream {

// Thread-safe; outlives its flights.
class SingleFlight {
 public:
  using Work = std::function<http::Task<Result<void>>()>;

  // What the flight under `key` came to; `work` is made into one when there is none, and may throw.
  http::Task<Result<void>> run(std::string key, Work work) {
    namespace asio = boost::asio;
    const http::Executor home = co_await asio::this_coro::executor;
    std::shared_ptr<Flight> flight;
    bool mine = false;
    co_await asio::async_initiate<const asio::use_awaitable_t<http::Executor>&, void()>(
        [&](auto resume) {
          {
            const std::lock_guard lock(mutex_);
            auto& at = flights_[key];
            mine = at == nullptr;
            if (mine) at = std::make_shared<Flight>();
            flight = at;
            at->waiting.emplace_back(
                [resume = std::move(resume), guard = asio::make_work_guard(home)]() mutable {
                  asio::post(guard.get_executor(), std::move(resume));
                });
          }
          if (mine) asio::co_spawn(home, fly(key, flight, std::move(work)), [](std::exception_ptr) {});
        },
        asio::use_awaitable_t<http::Executor>());
    co_return flight->outcome;
  }

 private:
  struct Flight {
    std::vector<absl::AnyInvocable<void()>> waiting;
    Result<void> outcome;
  };

  http::Task<void> fly(std::string key, std::shared_ptr<Flight> flight, Work work) {
    try {
      flight->outcome = co_await work();
    } catch (const std::exception& error) {
      flight->outcome = fail(ErrorCode::kInternal, error.what());
    }
    std::vector<absl::AnyInvocable<void()>> waiting;
    {
      const std::lock_guard lock(mutex_);
      flights_.erase(key);
      waiting.swap(flight->waiting);
    }
    for (auto& one : waiting) one();
  }

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace wick::upstream
