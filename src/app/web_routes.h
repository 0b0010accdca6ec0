// WebRoutes: the addresses of the web app's pages, from the list that its own router is built of (web/src/routes.json).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wick {

// Immutable, so safe to share between threads.
class WebRoutes {
 public:
  // The list inside the binary.
  static WebRoutes embedded();
  // `patterns`: paths. A segment that begins with ":" matches any segment that is not empty.
  explicit WebRoutes(const std::vector<std::string>& patterns);

  // Whether there is a page at `path` (undecoded, without the query), as the web app's router decides: without regard to
  // case and to slashes at the end. A page about something that does not exist, such as a user by a made-up id, counts.
  bool contains(std::string_view path) const;

 private:
  std::vector<std::vector<std::string>> patterns_;  // by segments, in lower case
};

}  // namespace wick
