// LocalRoutes: a route table that answers requests of a test in its own process, without sockets.
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "http/route_table.h"
#include "http/router.h"

namespace wick {

// For one thread.
class LocalRoutes final : public http::RouteTable {
 public:
  void route(std::string method, std::string path, http::Handler handler,
             http::RouteOptions options = {}) override;
  void route_blocking(std::string method, std::string path, http::BlockingHandler handler,
                      http::RouteOptions options = {}) override;

  // As the server: the route's check of the header first, then its handler. 404 and 405 for what has no route.
  // Handlers that wait run in an io_context of their own; they cannot stream.
  http::Response handle(http::Request request);

 private:
  http::Response wait_for(const http::Handler& handler, const http::Request& request);
  http::Router router_;
};

}  // namespace wick
