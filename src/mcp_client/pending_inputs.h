// SuspendedRequest requests: exchanges with legacy servers that wait until a client has answered what the server asks.
//
// One is found again by a random name that only its client was told, and only with the owner it was parked
// for (user, connector, request). Taking removes it, under the mutex, so that two retries at once cannot both
// go on with it. What nobody comes back for is dropped after kMaxPendingInputSeconds. Thread-safe.
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
#include "mcp_transport/transport.h"

namespace wick::upstream {

inline constexpr int kMaxPendingInputSeconds = 600;
inline constexpr std::size_t kMaxPendingInputs = 1000;
inline constexpr std::size_t kMaxPendingInputsPerUser =
    100;  // above, the longest waiting of the same user makes room
inline constexpr std::string_view kPendingInputPrefix = "wick.";  // of a requestState that is ours

// How a server is spoken to.
struct ServerConnection {
  std::shared_ptr<Transport> line;
  std::shared_ptr<const NegotiatedServer> peer;
};

// A client's way to a server: shared by the coroutines that work for this client.
struct UpstreamSession {
  AsyncMutex turn;  // to open it, or to change what the server keeps of it
  std::mutex mutex;
  std::shared_ptr<Transport> line;               // under the mutex, like all below
  std::shared_ptr<const NegotiatedServer> peer;  // null: not open
  std::shared_ptr<Transport> own;                // of a modern stdio server, for who wants log messages
  std::string level;                             // log level the client has set
  std::set<std::string> subscriptions;
  std::weak_ptr<PendingRequest> listening;  // of a modern server's changes
  // Of a legacy server: who hears what it says unasked, and the requests under way, the youngest last.
  std::shared_ptr<PendingRequest> attending;
  std::vector<std::weak_ptr<Mailbox<boost::json::object>>> hearers;
  std::vector<std::weak_ptr<PendingRequest>> calls;
  std::chrono::steady_clock::time_point last_used;
  std::atomic<int> busy = 0;

  // How to use it now.
  ServerConnection way() {
    const std::lock_guard lock(mutex);
    return {line, peer};
  }
  // The same, when it is used no more: nobody attends to it any longer.
  ServerConnection leave() {
    const std::lock_guard lock(mutex);
    if (attending != nullptr) attending->interrupt();
    return {line, peer};
  }
  ~UpstreamSession() {
    if (attending != nullptr) attending->interrupt();
  }
};

// That a lane is at work: it is not ended, and not given to another call that could be asked something.
struct SessionLease {
  explicit SessionLease(std::shared_ptr<UpstreamSession> of) : lane(std::move(of)) { ++lane->busy; }
  SessionLease(const SessionLease&) = delete;
  ~SessionLease() { --lane->busy; }
  const std::shared_ptr<UpstreamSession> lane;
};

// A request under way.
struct SuspendedRequest {
  std::shared_ptr<SessionLease> lane;
  std::shared_ptr<Transport> line;
  std::shared_ptr<const NegotiatedServer> peer;
  std::shared_ptr<PendingRequest> exchange;
  std::string id;  // of the request, as JSON
  // What the server asked: the key in inputRequests, and the request.
  std::string question;
  boost::json::object asked;
};

class PendingInputStore {
 public:
  // The name to come back with. `user`: whose share it takes.
  std::string put(SuspendedRequest request, std::string owner, std::string user);
  std::optional<SuspendedRequest> take(const std::string& name, const std::string& owner);
  // Those that waited too long: the caller ends them.
  std::vector<SuspendedRequest> expired();

 private:
  struct Waiting {
    SuspendedRequest request;
    std::string owner, user;
    std::chrono::steady_clock::time_point until;
  };
  // Ends the one that waits longest, of `user` if not empty.
  void make_room(const std::string& user);

  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace wick::upstream
