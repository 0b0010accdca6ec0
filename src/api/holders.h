// Holders: in whose share a request counts, before it has been let in (base/shares.h, base/fair_pool.h).
//
// The user of a bearer credential, or of a session that was let in before; else the address that the request
// came from, an IPv6 address as its /64. That decides the turn and nothing else: a session that has ended
// since goes on counting as its user's, and is let in by nobody. Sessions are remembered by the digest of
// their cookie, the least recently remembered is forgotten above kMaxRememberedSessions. Thread-safe; never
// blocks.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "http/message.h"
#include "tokens/credential_index.h"

namespace wick::api {

inline constexpr std::size_t kMaxRememberedSessions = 10'000;

class Holders {
 public:
  Holders(const CredentialIndex& index, const Clock& clock, std::string cookie_name)
      : index_(index), clock_(clock), cookie_name_(std::move(cookie_name)) {}

  std::string of(const http::Request& request) const;
  // A session was let in.
  void remember(std::string_view cookie, const UserId& user);

 private:
  const CredentialIndex& index_;
  const Clock& clock_;
  const std::string cookie_name_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, UserId> users_;  // by the digest of a cookie
  std::deque<std::string> order_;                  // the oldest first
};

}  // namespace wick::api
