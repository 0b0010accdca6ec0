// PendingInputStore: requests to legacy servers that are suspended until the client responds to a request of the server.
//
// A suspended request is found by a random name that only its client receives, and only for its owner (user, connector,
// request). take() removes it under the mutex, so that two retries at the same time cannot both
// continue it. A request that is not continued is dropped after kPendingInputTimeout. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mcp_client/upstream_session.h"

namespace wick::upstream {

inline constexpr std::chrono::seconds kPendingInputTimeout{600};
inline constexpr std::size_t kMaxPendingInputs = 1000;
// When a user has more, the user's oldest one is dropped.
inline constexpr std::size_t kMaxPendingInputsPerUser = 100;
inline constexpr std::string_view kPendingInputPrefix =
    "wick.";  // of a requestState that names a suspended request

// A request in progress, and the server's request that suspends it.
struct SuspendedRequest {
  std::shared_ptr<SessionLease> lease;
  ServerConnection connection;
  std::shared_ptr<PendingRequest> pending;
  std::string id;                     // of the client's request, as JSON
  std::string input_key;              // in inputRequests
  boost::json::object input_request;  // empty: the server does not wait for input
};

class PendingInputStore {
 public:
  // Stores the request and returns its name. The request counts in the share of `user`.
  std::string put(SuspendedRequest request, std::string owner, std::string user);
  std::optional<SuspendedRequest> take(const std::string& name, const std::string& owner);
  // Removes and returns the expired requests. The caller notifies their servers.
  std::vector<SuspendedRequest> take_expired();

 private:
  struct Waiting {
    SuspendedRequest request;
    std::string owner, user;
    std::chrono::steady_clock::time_point until;
  };
  // Drops the oldest request of `user`, or of all users when `user` is empty.
  void make_room(const std::string& user);

  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace wick::upstream
