#include "testing/local_routes.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "http/error_response.h"

namespace wick {
namespace {

class LocalExchange final : public http::Exchange {
 public:
  LocalExchange(const http::Request& request, http::Executor executor)
      : request_(request), executor_(executor) {}
  const http::Request& request() const override { return request_; }
  http::Executor executor() override { return executor_; }
  http::Task<http::StreamWriter*> start_stream(std::string) override {
    throw std::logic_error("LocalRoutes cannot stream");
    co_return nullptr;
  }
  void watch(std::function<void()>) override {}  // a test never disconnects

 private:
  const http::Request& request_;
  http::Executor executor_;
};

}  // namespace

void LocalRoutes::route(std::string method, std::string path, http::Handler handler,
                        http::RouteOptions options) {
  router_.add(std::move(method), std::move(path), {std::move(handler), nullptr, std::move(options)});
}

void LocalRoutes::route_blocking(std::string method, std::string path, http::BlockingHandler handler,
                                 http::RouteOptions options) {
  router_.add(std::move(method), std::move(path), {nullptr, std::move(handler), std::move(options)});
}

http::Response LocalRoutes::handle(http::Request request) {
  const auto match = router_.find(request.method, request.path, request.captures);
  if (match.route == nullptr)
    return http::error_response(match.allow.empty() ? 404 : 405, request.request_id);
  if (const auto& check = match.route->options.check) {
    if (auto refusal = check(request)) return std::move(*refusal);
  }
  if (match.route->blocking) return match.route->blocking(request);
  return wait_for(match.route->handler, request);
}

http::Response LocalRoutes::wait_for(const http::Handler& handler, const http::Request& request) {
  boost::asio::io_context context(1);
  LocalExchange exchange(request, context.get_executor());
  std::optional<http::Response> response;
  const auto run = [&]() -> http::Task<void> { response = co_await handler(exchange); };
  boost::asio::co_spawn(context.get_executor(), run(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
  return std::move(response.value());
}

}  // namespace wick
