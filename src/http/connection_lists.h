// Which connection gives way to a new one when there is no room for both.
//
// A connection that waits for its client can be closed without losing a request. The first to go is the one
// that has waited longest for the first request of its client; after those the one that has been sending a
// request for longest (kMinSendingTime at least); after those the one that has waited longest since its last
// response. So idle connections keep nobody out, and those of a client that keeps calling go last.
//
// ConnectionLists belongs to one io thread; only oldest() may be asked by others, for a hint. ClientRegistry
// is thread-safe.
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

// The connections of one client (client_network) over all threads.
struct ConnectionCounts {
  std::atomic<std::size_t> connections{0};
};

class ConnectionLists {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    Connection* connection;
    Time since;  // it is in this stage
  };
  struct Place {
    ConnectionStage stage = ConnectionStage::kBusy;
    std::list<Entry>::iterator where;
  };

  // Among the busy.
  Place add(Connection& connection, Time now);
  // To the end of the stage's list.
  void move(Place& place, ConnectionStage stage, Time now);
  void remove(const Place& place);
  bool empty() const;
  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& list : lists_)
      for (const Entry& entry : list) visit(*entry.connection);
  }
  // The one that has been in this stage for longest and that `may_close` agrees to, of the first
  // kMaxSearched; else null.
  template <typename MayClose>
  Connection* find(ConnectionStage stage, MayClose may_close) {
    std::size_t searched = 0;
    for (const Entry& entry : list(stage)) {
      if (may_close(*entry.connection)) return entry.connection;
      if (++searched == kMaxSearched) return nullptr;
    }
    return nullptr;
  }
  // Since when the first of this stage has been in it; Time::max(): there is none.
  Time oldest(ConnectionStage stage) const;

 private:
  static constexpr std::size_t kMaxSearched = 1000, kStages = std::size_t(ConnectionStage::kBusy) + 1;
  std::list<Entry>& list(ConnectionStage stage) { return lists_[std::size_t(stage)]; }
  void note_oldest(ConnectionStage stage);

  std::array<std::list<Entry>, kStages> lists_;
  std::array<std::atomic<Time>, kStages> oldest_ = {Time::max(), Time::max(), Time::max(), Time::max()};
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
