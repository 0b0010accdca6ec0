// SessionService: sign-in by password, and the sessions of browsers.
//
// The secret of a session is 256 random bits in a cookie, stored as SHA-256. A session ends kSessionIdle after its last use
// or kSessionAge after sign-in, whichever is first. Failed sign-ins are limited (sign_in_throttle.h). Unknown accounts take
// as long as known ones. Thread-safe; all functions block.
//
// When the user has a second factor, a correct password opens no session. The browser receives a cookie with which it can
// only send the code, within kPendingSignInAge. The cookie is sealed and needs no row, so somebody with the password cannot
// displace the pending sign-in of another browser. The cookie is valid until the password or the second factor changes.
// Using a code is such a change, so the cookie opens at most one session.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/snapshot.h"
#include "api/session_authenticator.h"
#include "base/secret.h"
#include "base/time.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "identity/second_factor_service.h"
#include "identity/sign_in_throttle.h"

namespace wick {

inline constexpr std::chrono::days kSessionIdle{7};
inline constexpr std::chrono::days kSessionAge{30};
inline constexpr std::chrono::minutes kLastSeenUpdateInterval{5};  // the precision of last_seen_at
inline constexpr std::int64_t kMaxSessionsPerUser = 100;           // the oldest sessions end first
inline constexpr std::chrono::minutes kPendingSignInAge{5};

struct NewBrowserSession {
  BrowserSession session;
  Secret cookie;
};
// The password was correct, and a code of the second factor is needed.
struct PendingSignIn {
  Secret cookie;
  Micros expires_at = 0;
};
using SignIn = std::variant<NewBrowserSession, PendingSignIn>;

class SessionService : public SessionAuthenticator {
 public:
  SessionService(Database& db, const AccessStore& access, const SealingKey& key,
                 SecondFactorService& second_factors, const Clock& clock);

  // Errors: kUnauthenticated  the email or the password is wrong, or the user is not active; the message does not say which
  //         kRateLimited      too many failed attempts; has retry_after
  Result<SignIn> sign_in(std::string_view email, const Secret& password, std::string_view ip,
                         std::string_view user_agent);
  // As sign_in(), for a user who has just set a password with a link. Errors: kUnauthenticated
  Result<SignIn> sign_in_by_link(const UserId& user, std::string_view ip, std::string_view user_agent);
  // The second step. `pending` is the cookie of the first step.
  // Errors: kUnauthenticated  the first step has to be repeated
  //         kForbidden        the code is wrong
  //         kRateLimited      too many wrong codes
  Result<NewBrowserSession> finish_sign_in(std::string_view pending, const SecondFactorProof& proof,
                                           std::string_view ip, std::string_view user_agent);
  // Opens a session without a password: after set-up, and for sign-in with a provider.
  Result<NewBrowserSession> open_for(const UserId& user, std::string_view ip, std::string_view user_agent,
                                     SignInMethod method);
  Result<BrowserSession> find(std::string_view cookie) override;
  Result<BrowserSession> find_before_enrolment(std::string_view cookie) override;
  Result<void> end(const SessionId& id);
  // Returns a function for a call in progress, which returns whether the session is valid and its user is active. It can be
  // called from any thread, and does not use the database. After it has returned false, it never returns true again.
  // Errors: kUnauthenticated  the session has ended
  Result<std::function<bool()>> watch(const BrowserSession& session);

  Result<std::vector<BrowserSession>> list(const UserId& user);
  // Errors: kNotFound  the user has no such session
  Result<void> revoke(const UserId& user, const SessionId& id);
  // Checks the password of the session's user.
  // Errors: kForbidden  the password is wrong, or the user has none;  kRateLimited
  Result<void> confirm_password(const BrowserSession& session, const Secret& password);
  // Ends the user's other sessions and, with `end_connections`, all connections (RFC 9700 §4.14.2).
  // Errors: kForbidden  the current password is wrong;  kInvalidArgument;  kRateLimited
  Result<void> change_password(const BrowserSession& session, const Secret& current, const Secret& next,
                               bool end_connections);
  // Removes ended sessions and expired links.
  Result<void> purge();

 private:
  // The data of an account that sign-in needs. An empty hash matches no password.
  struct Account {
    UserId user;
    std::string hash;
    bool known_network = false;  // an open session is from the same network
  };
  Result<Account> find_account(const std::string& email, std::string_view ip);
  Result<bool> is_known_network(Transaction& tx, const UserId& user, std::string_view ip);
  // Continues after a correct password. Errors: kUnauthenticated  the password was changed meanwhile
  Result<SignIn> after_password(const Account& account, std::string_view ip, std::string_view user_agent);
  NewBrowserSession make_session(const UserId& user, std::string_view ip, std::string_view user_agent,
                                 SignInMethod method) const;
  // Errors: kUnauthenticated  the user is not active
  Result<void> insert(Transaction& tx, const NewBrowserSession& made, std::string& email);
  void remember(const BrowserSession& session, const std::string& email);
  // A text that changes when a pending sign-in becomes invalid; empty: the user has no second factor.
  Result<std::string> stamp(Transaction& tx, const UserId& user);

  struct Watched {
    SessionId id;
    UserId user;
    std::atomic<bool> ended = false;
  };
  Result<bool> exists(const SessionId& id);
  // Marks the watched sessions that have ended. `entity` is the id of a session or of a user.
  Result<void> mark_ended(std::string_view entity);

  Database& db_;
  const AccessStore& access_;
  const SealingKey& key_;
  SecondFactorService& second_factors_;
  const Clock& clock_;
  SignInThrottle throttle_;
  // The sessions of calls in progress. watch() inserts a session here before it reads the row of the session again. Every
  // deletion of a row logs the session or its user in the change log, and the applier reads the rows after the commit. So
  // either watch() finds no row, or the applier finds the session here.
  std::mutex watched_mutex_;
  std::vector<std::weak_ptr<Watched>> watched_;
};

}  // namespace wick
