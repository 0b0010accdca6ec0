// Parked requests: exchanges with legacy servers that wait until a client has answered what the server asks.
//
// One is found again by a random name that only its client was told, and only with the owner it was parked
// for (user, connector, request). Taking removes it, under the mutex, so that two retries at once cannot both
// go on with it. What nobody comes back for is dropped after kMaxParkedSeconds. Thread-safe.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mailbox.h"
#include "upstream/line.h"

namespace wick::upstream {

inline constexpr int kMaxParkedSeconds = 600;
inline constexpr std::size_t kMaxParked = 1000;
inline constexpr std::string_view kParkedPrefix = "wick.";  // of a requestState that is ours

// A client's way to a server: shared by the coroutines that work for this client.
struct Lane {
  Turn turn;  // to open it, or to change what the server keeps of it
  std::mutex mutex;
  std::shared_ptr<Line> line;        // under the mutex, like all below
  std::shared_ptr<const Peer> peer;  // null: not open
  std::string level;                 // log level the client has set
  std::set<std::string> subscriptions;
  std::weak_ptr<Exchange> listening;
  std::chrono::steady_clock::time_point last_used;
  std::atomic<int> busy = 0;
};

// A request under way.
struct Parked {
  std::shared_ptr<Lane> lane;
  std::shared_ptr<Line> line;
  std::shared_ptr<const Peer> peer;
  std::shared_ptr<Exchange> exchange;
  std::string id;  // of the request, as JSON
  // What the server asked: the key in inputRequests, and the request.
  std::string question;
  boost::json::object asked;
};

class ParkedRequests {
 public:
  // The name to come back with.
  std::string put(Parked request, std::string owner);
  std::optional<Parked> take(const std::string& name, const std::string& owner);
  // Those that waited too long: the caller ends them.
  std::vector<Parked> expired();

 private:
  struct Waiting {
    Parked request;
    std::string owner;
    std::chrono::steady_clock::time_point until;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace wick::upstream
