// Runs a coroutine of the io threads to its end, on a context of its own: for commands and maintenance, which
// may block.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "http/message.h"

namespace wick {

template <typename T>
T block_on(http::Task<T> task) {
  boost::asio::io_context context(1);
  std::optional<T> result;
  const auto run = [&]() -> http::Task<void> { result.emplace(co_await std::move(task)); };
  boost::asio::co_spawn(context, run(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
  return std::move(*result);
}

inline void block_on(http::Task<void> task) {
  boost::asio::io_context context(1);
  boost::asio::co_spawn(context, std::move(task), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}

}  // namespace wick
