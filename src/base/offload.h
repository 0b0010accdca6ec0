// offload: runs blocking work on a thread pool and resumes the coroutine on its own io thread with the
// result.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace wick {

// `work` lives in the coroutine's frame until it is done; an exception of it is rethrown here.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work&>, boost::asio::io_context::executor_type> offload(
    boost::asio::thread_pool& pool, Work work) {
  namespace asio = boost::asio;
  using Executor = asio::io_context::executor_type;
  const Executor home = co_await asio::this_coro::executor;
  std::optional<std::invoke_result_t<Work&>> result;
  std::exception_ptr failure;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto resume) {
        asio::post(pool, [&, resume = std::move(resume), guard = asio::make_work_guard(home)]() mutable {
          try {
            result.emplace(work());
          } catch (...) {
            failure = std::current_exception();
          }
          asio::post(guard.get_executor(), std::move(resume));
        });
      },
      asio::use_awaitable_t<Executor>());
  if (failure) std::rethrow_exception(failure);
  co_return std::move(*result);
}

}  // namespace wick
