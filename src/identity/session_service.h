// Sign-in by password, and the sessions of browsers.
//
// A session's secret is 256 random bits in a cookie, stored as SHA-256. It ends kSessionIdle after its
// last use and kSessionAge after sign-in, whichever is first. Failed sign-ins are slowed down as
// sign_in_throttle.h says; unknown accounts take as long as known ones. Thread-safe; all of it blocks.
//
// Where the user has a second factor, a right password opens no session: the browser gets a cookie with which
// it may bring the code within kPendingSignInAge, and nothing else. The cookie is sealed and not a row, so
// nothing that somebody with the password does can push out another's. It is good until the password, or
// anything about the second factor, changes: using a code is such a change, so it opens one session at most.
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

inline constexpr Micros kSessionIdle = 7 * kMicrosPerDay;
inline constexpr Micros kSessionAge = 30 * kMicrosPerDay;
inline constexpr Micros kSeenEvery = 5 * 60 * kMicrosPerSecond;  // how exact last_seen_at is
inline constexpr std::int64_t kMaxSessionsPerUser = 100;         // the oldest end
inline constexpr Micros kPendingSignInAge = 5 * 60 * kMicrosPerSecond;

struct NewBrowserSession {
  BrowserSession session;
  Secret cookie;
};
// The password was right, and the second factor is asked for.
struct PendingSignIn {
  Secret cookie;
  Micros expires_at = 0;
};
using SignIn = std::variant<NewBrowserSession, PendingSignIn>;

class SessionService : public SessionAuthenticator {
 public:
  SessionService(Database& db, const AccessStore& access, const SealingKey& key,
                 SecondFactorService& second_factors, const Clock& clock);

  // Errors: kUnauthenticated  wrong email or password, or not an active user: all the same
  //         kRateLimited      too many failures; retry_after_seconds
  Result<SignIn> sign_in(std::string_view email, const Secret& password, std::string_view ip,
                         std::string_view user_agent);
  // As sign_in, for a user who has just set a password by a link. Errors: kUnauthenticated
  Result<SignIn> sign_in_by_link(const UserId& user, std::string_view ip, std::string_view user_agent);
  // The second step; `pending` is the cookie of the first.
  // Errors: kUnauthenticated  the first step has to be made again
  //         kForbidden        wrong code;  kRateLimited
  Result<NewBrowserSession> finish_sign_in(std::string_view pending, const SecondFactorProof& proof,
                                           std::string_view ip, std::string_view user_agent);
  // A session without a password and a second factor: after set-up, and by a provider.
  Result<NewBrowserSession> open_for(const UserId& user, std::string_view ip, std::string_view user_agent,
                                     SignInMethod method);
  Result<BrowserSession> find(std::string_view cookie) override;
  Result<BrowserSession> find_before_enrolment(std::string_view cookie) override;
  Result<void> end(const SessionId& id);
  // A function that tells whether the session still lives and its user is active, for a call under way. It
  // may be called from any thread, asks no database, and is true until the session ends for the first time.
  // Errors: kUnauthenticated  it has ended already
  Result<std::function<bool()>> watch(const BrowserSession& session);

  Result<std::vector<BrowserSession>> list(const UserId& user);
  // Errors: kNotFound  not one of the user's
  Result<void> revoke(const UserId& user, const SessionId& id);
  // Whether it is the password of the session's user.
  // Errors: kForbidden (it is not, or there is none), kRateLimited
  Result<void> confirm_password(const BrowserSession& session, const Secret& password);
  // Ends the user's other sessions and, if asked to, all connections (RFC 9700 §4.14.2).
  // Errors: kForbidden (the current password is wrong), kInvalidArgument, kRateLimited
  Result<void> change_password(const BrowserSession& session, const Secret& current, const Secret& next,
                               bool end_connections);
  // Removes the sessions and links that have ended.
  Result<void> purge();

 private:
  // What sign-in needs to know about an account; without a hash, no password is right.
  struct Account {
    UserId user;
    std::string hash;
    bool known_network = false;  // an open session is from the same network
  };
  Result<Account> find_account(const std::string& email, std::string_view ip);
  Result<bool> is_known_network(Transaction& tx, const UserId& user, std::string_view ip);
  // What follows a right password. Errors: kUnauthenticated  the password is another by now
  Result<SignIn> after_password(const Account& account, std::string_view ip, std::string_view user_agent);
  NewBrowserSession make_session(const UserId& user, std::string_view ip, std::string_view user_agent,
                                 SignInMethod method) const;
  // Errors: kUnauthenticated  not an active user
  Result<void> insert(Transaction& tx, const NewBrowserSession& made, std::string& email);
  void remember(const BrowserSession& session, const std::string& email);
  // What a pending sign-in depends on; empty: the user has no second factor.
  Result<std::string> stamp(Transaction& tx, const UserId& user);

  struct Watched {
    SessionId id;
    UserId user;
    std::atomic<bool> ended = false;
  };
  Result<bool> exists(const SessionId& id);
  // Looks at the watched sessions that `entity`, a session or a user, names, and marks those that have ended.
  Result<void> mark_ended(std::string_view entity);

  Database& db_;
  const AccessStore& access_;
  const SealingKey& key_;
  SecondFactorService& second_factors_;
  const Clock& clock_;
  SignInThrottle throttle_;
  // Sessions that calls under way have asked to be told of. A session is put here before its row is read once
  // more, and whatever deletes rows names the session or its user in the change log, whose applier looks at
  // the rows after the commit: so either watch() sees that the row is gone, or the applier finds the session
  // here.
  std::mutex watched_mutex_;
  std::vector<std::weak_ptr<Watched>> watched_;
};

}  // namespace wick
