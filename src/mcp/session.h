// Sessions of the legacy revisions. A session is sealed in its id, so every node can serve it.
//
// An Mcp-Session-Id contains the user, the negotiated revision, the client's name and its capabilities, sealed with AES-GCM.
// It authenticates nobody: every request needs a bearer credential of the same user. An ended session is remembered in
// memory until its maximum age. After a restart, a client could continue an ended session, but still needs a valid
// credential. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.h"
#include "base/time.h"
#include "crypto/sealing.h"

namespace wick::mcp {

inline constexpr std::chrono::days kMaxSessionAge{7};
inline constexpr std::size_t kMaxEndedSessions = 100'000;

struct Session {
  UserId user;
  Micros created_at = 0;
  std::string version, client_name, client_version;
  boost::json::object capabilities;  // ClientCapabilities, as far as Wick can forward them
};

class Sessions {
 public:
  Sessions(const SealingKey& key, const Clock& clock) : key_(key), clock_(clock) {}

  std::string create(const Session& session) const;
  // nullopt: the id is invalid, or the session belongs to another user, has ended or is too old. The client gets 404 in all
  // cases.
  std::optional<Session> find(std::string_view id, const UserId& user) const;
  void end(std::string_view id);

 private:
  const SealingKey& key_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Micros> ended_;  // by id: the time at which the entry may be removed
};

}  // namespace wick::mcp
