// Holders: in whose share a request counts, before it has been let in (base/shares.h, base/fair_pool.h).
//
// The user of a bearer credential, or of a session that was let in before; else the address that the request
// came from, an IPv6 address as its /64. That decides the turn and nothing else: a session that has ended
// since goes on counting as its user's, and is let in by nobody. Sessions are remembered by the digest of
// their cookie, the least recently remembered is forgotten above kMaxRememberedSessions. Thread-safe; never
// blocks.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.h"
#include "crypto/digest.h"
#include "http/message.h"

namespace wick::api {

inline constexpr std::size_t kMaxRememberedSessions = 10'000;

class Holders {
 public:
  // Finds the user of a bearer credential by its digest; nothing when it is not valid. Must not block.
  using FindBearer = std::function<std::optional<UserId>(const Sha256Digest&)>;
  Holders(FindBearer find_bearer, std::string cookie_name)
      : find_bearer_(std::move(find_bearer)), cookie_name_(std::move(cookie_name)) {}

  std::string of(const http::Request& request) const;
  // A session was let in.
  void remember(std::string_view cookie, const UserId& user);

 private:
  const FindBearer find_bearer_;
  const std::string cookie_name_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, UserId> users_;  // by the digest of a cookie
  std::deque<std::string> order_;                  // the oldest first
};

}  // namespace wick::api
