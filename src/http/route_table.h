// RouteTable: where features register what they answer. The server is one; a test may use another, without sockets.
#pragma once

#include <string>

#include "http/message.h"
#include "http/route_options.h"

namespace wick::http {

class RouteTable {
 public:
  virtual ~RouteTable() = default;
  // `path` has literal segments, {name} captures, or ends in "/*" for any rest.
  virtual void route(std::string method, std::string path, Handler handler, RouteOptions options = {}) = 0;
  // As route(), for a handler that may block.
  virtual void route_blocking(std::string method, std::string path, BlockingHandler handler,
                              RouteOptions options = {}) = 0;
};

}  // namespace wick::http
