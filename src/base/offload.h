// offload(): runs blocking or long work on a pool and resumes the coroutine with the result on its own io
// thread.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/fair_pool.h"

namespace wick {

// Work on more bytes than this leaves the io threads: parsing, masking and writing them takes tenths of a
// millisecond, during which other requests wait.
inline constexpr std::size_t kLongWorkBytes = 16 * 1024;

// Runs `work`, which returns a Result<>, on `pool`. The coroutine frame owns `work` until it is done.
// Exceptions of `work` are rethrown here. `holder` is the user or address that the work is for
// (base/fair_pool.h); empty for the server itself.
// Errors: those of `work` and of FairPool::post()
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work&>, boost::asio::io_context::executor_type> offload(
    FairPool& pool, std::string holder, Work work) {
  namespace asio = boost::asio;
  using Executor = asio::io_context::executor_type;
  using Outcome = std::invoke_result_t<Work&>;
  static_assert(std::constructible_from<Outcome, std::unexpected<Error>>, "a refusal has to be told");
  const Executor home = co_await asio::this_coro::executor;
  std::optional<Outcome> result;
  std::exception_ptr failure;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto handler) {
        // Shared, because the pool destroys a rejected job, and the rejection must still resume the coroutine.
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        auto posted = pool.post(holder, [&, resume, guard = asio::make_work_guard(home)]() mutable {
          try {
            result.emplace(work());
          } catch (...) {
            failure = std::current_exception();
          }
          asio::post(guard.get_executor(), [resume = std::move(resume)]() mutable { std::move (*resume)(); });
        });
        if (posted) return;
        result.emplace(fail(std::move(posted.error())));
        asio::post(home, [resume] { std::move (*resume)(); });
      },
      asio::use_awaitable_t<Executor>());
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

}  // namespace wick
