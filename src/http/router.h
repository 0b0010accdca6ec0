// Router: finds the handler of a method and path. Filled before the server starts, read-only afterwards.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "http/route_options.h"

namespace wick::http {

// One of the two handlers is set.
struct Route {
  Handler handler;
  BlockingHandler blocking;
  RouteOptions options = {};
};

class Router {
 public:
  void add(std::string method, std::string path, Route route);
  void set_fallback(Handler handler) { fallback_.handler = std::move(handler); }

  struct Match {
    const Route* route = nullptr;  // null: unknown path, or known with other methods
    std::string allow;             // the methods of a known path, for 405
  };
  // Fills `captures`.
  Match find(std::string_view method, std::string_view path,
             std::vector<std::pair<std::string, std::string>>& captures) const;

 private:
  using Methods = std::vector<std::pair<std::string, Route>>;
  struct Pattern {
    std::vector<std::string> segments;  // "{name}" captures one; a last "*" takes the rest
    Methods methods;
  };
  Match find_as_written(std::string_view method, std::string_view path,
                        std::vector<std::pair<std::string, std::string>>& captures) const;
  static Match choose(const Methods& methods, std::string_view method);

  std::map<std::string, Methods, std::less<>> exact_;
  std::vector<Pattern> patterns_;
  Route fallback_;
};

}  // namespace wick::http
