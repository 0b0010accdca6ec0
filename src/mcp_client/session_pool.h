// SessionPool: the sessions with one MCP server, found by client.
//
// The pool is bounded. When it is full, the session that was used least recently and that nobody leases makes room.
// The pool only removes sessions from its table: the caller tells the server that a session has ended.
//
// Thread-safe. The pool's mutex is not held while a coroutine waits. Each function may lock the mutex of a session
// while it holds the mutex of the pool.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "mcp_client/upstream_session.h"

namespace wick::upstream {

inline constexpr std::size_t kMaxSessions = 200;  // with one server

enum class SessionPurpose : unsigned char {
  kRequests,       // requests of a client, and the notification stream of a legacy client
  kNotifications,  // one subscriptions/listen stream of a client of 2026-07-28
};

struct SessionKey {
  std::string client;        // empty together with `capabilities`: the session that all other clients share
  std::string capabilities;  // ClientCapabilities as JSON: a server receives them once for each session
  SessionPurpose purpose = SessionPurpose::kRequests;
  unsigned index = 0;  // distinguishes the sessions of one client for the same purpose
  auto operator<=>(const SessionKey&) const = default;
};

class SessionPool {
 public:
  enum class Use {
    kShared,     // several requests of the client may use the session at the same time
    kExclusive,  // one request at a time, as long as the client has fewer than kMaxSessions in progress
  };
  struct Acquired {
    std::shared_ptr<SessionLease> lease;
    std::vector<std::shared_ptr<UpstreamSession>> evicted;
  };

  // The session with this key, or a new one. With kExclusive, the first session from index 0 on that nobody leases.
  // Errors: kUnavailable  there are more than `max_sessions`, and all others are leased
  Result<Acquired> acquire(SessionKey key, Use use, std::size_t max_sessions);
  // A new session with an index that no other session has had. Errors: as acquire()
  Result<Acquired> acquire_new(SessionKey key, std::size_t max_sessions);
  void remove(const UpstreamSession& session);
  // Removes the sessions of a client, for whatever purpose, and returns them.
  std::vector<std::shared_ptr<UpstreamSession>> remove_client(const std::string& client);
  // Closes the sessions that nobody leases and that were last used before `unused_since`, and returns their
  // connections. A closed session stays in the pool with its log level and subscriptions: the next request of the
  // client opens it again and sets them again.
  std::vector<ServerConnection> close_idle(SteadyClock::time_point unused_since);
  std::size_t size() const;

 private:
  using Sessions = std::map<SessionKey, std::shared_ptr<UpstreamSession>>;

  Result<Acquired> acquire_locked(const SessionKey& key, std::size_t max_sessions);
  // The unleased session that was used least recently, other than `kept`; end() when there is none.
  Sessions::iterator find_evictable(const UpstreamSession& kept);

  mutable std::mutex mutex_;
  Sessions sessions_;
  unsigned last_index_ = 0;
};

}  // namespace wick::upstream
