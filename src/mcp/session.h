// Sessions of the legacy revisions: sealed and self-contained, so that any node can serve them.
//
// An Mcp-Session-Id carries the user it was made for, the revision agreed on, the client's name and what it
// can answer, under AES-GCM. It proves nothing about who is calling: the bearer credential does, on every
// request, and must be of that user. DELETE is remembered in memory until the session would have ended
// anyway; forgetting it in a restart only lets a client go on that still has to show a living credential.
// Thread-safe.
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

inline constexpr Micros kMaxSessionAge = 7 * kMicrosPerDay;
inline constexpr std::size_t kMaxEndedSessions = 100'000;

struct Session {
  UserId user;
  Micros created_at = 0;
  std::string version, client_name, client_version;
  boost::json::object capabilities;  // ClientCapabilities, of what can be passed on
};

class Sessions {
 public:
  Sessions(const SealingKey& key, const Clock& clock) : key_(key), clock_(clock) {}

  std::string create(const Session& session) const;
  // nullopt when it is not ours, of another user, ended or too old: all of these are 404 to the client.
  std::optional<Session> find(std::string_view id, const UserId& user) const;
  void end(std::string_view id);

 private:
  const SealingKey& key_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Micros> ended_;  // id → when it may be forgotten
};

}  // namespace wick::mcp
