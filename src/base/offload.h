// offload: runs blocking or long work on a pool and resumes the coroutine on its own io thread with the
// result.
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

// What is about more bytes than this leaves the io threads: to parse, mask and write it takes tenths of a
// millisecond, and others wait behind it.
inline constexpr std::size_t kLongWorkBytes = 16 * 1024;

// `work` returns a Result<> and lives in the coroutine's frame until it is done; an exception of it is
// rethrown here. `holder`: for whom it is done (base/fair_pool.h); empty: for the server itself. Errors
// besides those of `work`: as FairPool::post
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
        // Shared, because a job that is refused is destroyed, and the refusal must still resume us.
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
