// SessionAuthenticator: how the API finds the session of a request. The module identity implements it.
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace wick {

// How a session was opened. A provider asks for a second factor itself.
enum class SignInMethod { kPassword, kProvider };

struct BrowserSession {
  SessionId id;
  UserId user;
  Micros created_at = 0, last_seen_at = 0, expires_at = 0;
  std::string ip, user_agent;
  SignInMethod method = SignInMethod::kPassword;
  bool must_enrol = false;  // it may only be used to turn on a second factor
};

// Thread-safe; may block.
class SessionAuthenticator {
 public:
  virtual ~SessionAuthenticator() = default;
  // The session of a cookie.
  // Errors: kUnauthenticated;  kPolicy  a second factor has to be turned on first
  virtual Result<BrowserSession> find(std::string_view cookie) = 0;
  // The same for what may be done before that. Errors: kUnauthenticated
  virtual Result<BrowserSession> find_before_enrolment(std::string_view cookie) = 0;
};

}  // namespace wick
