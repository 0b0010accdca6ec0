// The choice of the connection to close when a new one arrives and the limit is reached.
//
// A connection that waits for its client can be closed without losing a request. The order is: first the
// connection that has waited longest for the first request of its client; then the one that has been sending a
// request for longest (at least kMinSendingTime); then the one that has waited longest since its last response.
// So idle connections keep no client out, and the connections of a client that keeps calling are closed last.
//
// ConnectionLists belongs to one io thread; other threads may call only oldest(), as a hint. ClientRegistry is
// thread-safe.
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

// The stages in the order of closing. Busy connections are never closed.
enum class ConnectionStage { kUnused, kSending, kIdle, kBusy };

// The number of connections of one client (client_network()) in all threads.
struct ConnectionCounts {
  std::atomic<std::size_t> connections{0};
};

class ConnectionLists {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Connection* connection;
    Time since;  // entered the stage at this time
  };
  struct Place {
    ConnectionStage stage = ConnectionStage::kBusy;
    std::list<Entry>::iterator where;
  };

  // Adds the connection as busy.
  Place add(Connection& connection, Time now);
  // Moves the connection to the end of the list of `stage`.
  void move(Place& place, ConnectionStage stage, Time now);
  void remove(const Place& place);
  bool empty() const;
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& list : lists_)
      for (const Entry& entry : list) visit(*entry.connection);
  }
  // The connection that has been in this stage for longest and that `may_close` accepts, among the first
  // kMaxSearched; nullptr if there is none.
  template <typename MayClose>
  Connection* find(ConnectionStage stage, MayClose may_close) {
    std::size_t searched = 0;
    for (const Entry& entry : list(stage)) {
      if (may_close(*entry.connection)) return entry.connection;
      if (++searched == kMaxSearched) return nullptr;
    }
    return nullptr;
  }
  // The time at which the first connection of this stage entered it; Time::max() if there is none.
  Time oldest(ConnectionStage stage) const;

 private:
  static constexpr std::size_t kMaxSearched = 1000, kStages = std::size_t(ConnectionStage::kBusy) + 1;
  std::list<Entry>& list(ConnectionStage stage) { return lists_[std::size_t(stage)]; }
  void note_oldest(ConnectionStage stage);

  std::array<std::list<Entry>, kStages> lists_;
  std::array<std::atomic<Time>, kStages> oldest_ = {Time::max(), Time::max(), Time::max(), Time::max()};
};

// The counts of each client. Clients without connections are removed.
class ClientRegistry {
 public:
  // Adds one connection of the client.
  std::shared_ptr<ConnectionCounts> add(const std::string& client);
  // Subtracts one connection of the client.
  void remove(const std::string& client);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;  // guards clients_
  std::unordered_map<std::string, std::shared_ptr<ConnectionCounts>> clients_;
};

}  // namespace wick::http
