// UpstreamSession: the state that Wick keeps for one client at one MCP server, and leases on it.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

using SteadyClock = std::chrono::steady_clock;

// A transport and the server that was negotiated with over it.
struct ServerConnection {
  std::shared_ptr<Transport> transport;
  std::shared_ptr<const NegotiatedServer> server;
};

// Shared by the coroutines that work for the client of this session.
struct UpstreamSession {
  AsyncMutex setup;  // held while the session is opened, or while the server's state for it is changed
  std::mutex mutex;  // guards all members below, except where a comment says otherwise
  std::shared_ptr<Transport> transport;
  std::shared_ptr<const NegotiatedServer> server;  // null: the session is not open
  // A process for the log messages of this client, when all clients share the process of a stdio server of 2026-07-28.
  std::shared_ptr<Transport> dedicated_transport;
  std::string log_level;  // set by the client with logging/setLevel
  std::set<std::string> subscriptions;
  std::weak_ptr<PendingRequest>
      change_listener;  // the subscriptions/listen request to a server of 2026-07-28
  // At a legacy server: the notification stream, its subscribers, and the requests in progress, the oldest first.
  std::shared_ptr<PendingRequest> server_stream;
  std::vector<std::weak_ptr<Mailbox<boost::json::object>>> subscribers;
  std::vector<std::weak_ptr<PendingRequest>> requests;
  SteadyClock::time_point last_used;  // guarded by the mutex of the SessionPool
  std::atomic<int> leases = 0;

  ServerConnection connection() {
    const std::lock_guard lock(mutex);
    return {transport, server};
  }
  // Interrupts the notification stream of a session that has ended, and returns the connection.
  ServerConnection interrupt_stream() {
    const std::lock_guard lock(mutex);
    if (server_stream != nullptr) server_stream->interrupt();
    return {transport, server};
  }
  ~UpstreamSession() {
    if (server_stream != nullptr) server_stream->interrupt();
  }
};

// While a lease exists, its session is neither ended nor given to another request that needs a session of its own.
struct SessionLease {
  explicit SessionLease(std::shared_ptr<UpstreamSession> leased) : session(std::move(leased)) {
    ++session->leases;
  }
  SessionLease(const SessionLease&) = delete;
  ~SessionLease() { --session->leases; }
  const std::shared_ptr<UpstreamSession> session;
};

}  // namespace wick::upstream
