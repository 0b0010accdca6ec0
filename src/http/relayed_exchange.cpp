#include "http/relayed_exchange.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wick::http {
Task<StreamWriter*> RelayedExchange::start_stream(std::string content_type) {
  writer_ = co_await asio::co_spawn(connection_.executor(), connection_.start_stream(std::move(content_type)),
                                    kAwait);
  co_return this;
}

Task<bool> RelayedExchange::write(std::string chunk) {
  const bool there =
      co_await asio::co_spawn(connection_.executor(), writer_->write(std::move(chunk)), kAwait);
  co_return there;
}

void RelayedExchange::watch(std::function<void()> on_disconnect) {
  asio::post(connection_.executor(),
             [&connection = connection_, callback = std::move(on_disconnect)]() mutable {
               connection.watch(std::move(callback));
             });
}

}  // namespace wick::http
