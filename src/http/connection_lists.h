// Which connection gives way to a new one when there is no room for both.
//
// A connection that waits for its client can be closed without losing a request. The first to go is the one
// that has waited longest for the first request of its client; after those the one that has been sending a
// request for longest (kMinSendingTime at least); after those the one that has waited longest since its last
// response. So idle connections keep nobody out, and those of a client that keeps calling go last.
//
// ConnectionLists belongs to one io thread. ClientRegistry is thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace wick::http {

class Connection;

inline constexpr auto kMinSendingTime = std::chrono::seconds(2);

// In the order in which they give way; the last ones do not.
enum class ConnectionStage { kUnused, kSending, kIdle, kBusy };

// The connections of one client (client_network), or of all, over all threads. On a cache line of its own.
struct alignas(64) ConnectionCounts {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> idle{0};   // that can be closed at once: unused or idle
  std::atomic<std::size_t> asked{0};  // of those, how many have been asked to give way on another thread
};

class ConnectionLists {
 public:
  struct Place {
    ConnectionStage stage = ConnectionStage::kBusy;
    std::list<Connection*>::iterator where;
  };

  // Among the busy.
  Place add(Connection& connection);
  // To the end of the stage's list.
  void move(Place& place, ConnectionStage stage);
  void remove(const Place& place);
  bool empty() const;
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& list : lists_)
      for (Connection* connection : list) visit(*connection);
  }
  // The first one, in the order above, that `may_close` agrees to, of at most kMaxSearched; else null.
  template <typename MayClose>
  Connection* find(MayClose may_close) {
    std::size_t searched = 0;
    for (std::size_t stage = 0; stage < std::size_t(ConnectionStage::kBusy); ++stage) {
      for (Connection* connection : lists_[stage]) {
        if (may_close(*connection)) return connection;
        if (++searched == kMaxSearched) return nullptr;
      }
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kMaxSearched = 1000;
  std::list<Connection*>& list(ConnectionStage stage) { return lists_[std::size_t(stage)]; }
  std::array<std::list<Connection*>, std::size_t(ConnectionStage::kBusy) + 1> lists_;
};

// Finds the counts of a client. Forgets clients without connections.
class ClientRegistry {
 public:
  // Counts one more connection of the client.
  std::shared_ptr<ConnectionCounts> add(const std::string& client);
  // Counts one less.
  void remove(const std::string& client);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;  // guards clients_
  std::unordered_map<std::string, std::shared_ptr<ConnectionCounts>> clients_;
};

}  // namespace wick::http
