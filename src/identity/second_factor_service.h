// The second factor of sign-in by password: enrolment, proof, recovery codes, and who must have one.
//
// A user has at most one: a secret shared with an authenticator app (totp.h), sealed and bound to the user, so
// that it does not open in another user's row. With it come kRecoveryCodes codes that are good once each,
// stored as SHA-256. A time step is used once: whatever is accepted is later than all that was accepted
// before, which one UPDATE decides, so of concurrent tries one succeeds, and a clock that goes back revives
// nothing (RFC 6238 §5.2).
//
// Guesses are slowed down like those of passwords (sign_in_throttle.h), with buckets of their own. Only who
// knows the password gets here, so a stranger can use up nobody's tries. Three steps are valid at a time, so a
// guess is right in 3 of a million cases:
//
//   bucket              burst  then one every  so in a day at most
//   (account, client)       5           5 min  293 guesses, 0.09 %, also from a network that is known
//   (account, site)        10          10 min  154
//   account                20          10 min  164 guesses, 0.05 %, from all networks that are not known
//   client                 60             1 s
//
// Guesses at recovery codes (80 random bits), and at the code that turns the second factor on, have buckets apart from
// these. So somebody who knows the password
// and keeps guessing codes cannot keep the owner from signing in with a recovery code from anywhere.
//
// Thread-safe; all of it blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "access/snapshot.h"
#include "base/secret.h"
#include "base/time.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "identity/sign_in_throttle.h"
#include "identity/user_service.h"

namespace wick {

inline constexpr int kRecoveryCodes = 10;
inline constexpr std::size_t kRecoveryCodeBytes = 10;  // random; 16 characters
inline constexpr std::size_t kMaxProofBytes = 100;     // of a code as typed
inline constexpr Micros kEnrolmentAge = 10 * 60 * kMicrosPerSecond;
inline constexpr ThrottleLimits kCodeLimits{
    .pair = {5, 300 * kMicrosPerSecond},
    .client = {60, kMicrosPerSecond},
    .account_site = {10, 600 * kMicrosPerSecond},
    .account = {20, 600 * kMicrosPerSecond},
};

// Who has to have a second factor to use a session that was opened by password.
enum class SecondFactorPolicy { kOff, kAdmins, kAll };

// A code as a person typed it.
struct SecondFactorProof {
  enum class Kind { kTotp, kRecoveryCode };
  Kind kind = Kind::kTotp;
  Secret code;
};
// Where a proof comes from. `known`: the account has signed in from this network.
struct ProofOrigin {
  std::string_view address;
  bool known = false;
};

struct SecondFactorState {
  std::optional<Micros> since;  // nullopt: there is none
  std::int64_t recovery_codes = 0;
};
struct Enrolment {
  Secret base32, uri;
  Micros expires_at = 0;
};
using RecoveryCodes = std::vector<Secret>;

class SecondFactorService {
 public:
  // `host` tells the app's entries of several servers apart.
  SecondFactorService(Database& db, const SealingKey& key, const Clock& clock, SecondFactorPolicy policy,
                      std::string host)
      : db_(db), key_(key), clock_(clock), policy_(policy), host_(std::move(host)) {}

  bool is_required(Role role) const;
  Result<SecondFactorState> state(const UserId& user);

  // A new secret, which waits kEnrolmentAge for its first code. The caller has asked for the password.
  // Errors: kConflict  there is a second factor already
  Result<Enrolment> begin(const UserId& user, const SessionId& session);
  // Turns it on and ends the user's other sessions, which were opened without it.
  // Errors: kForbidden    wrong code
  //         kConflict     this session has begun no enrolment, or it has expired
  //         kRateLimited  too many wrong codes from `address`
  Result<RecoveryCodes> confirm(const UserId& user, const SessionId& session, const Secret& code,
                                std::string_view address);
  // Errors of both: kForbidden (wrong code), kRateLimited. The caller has asked for the password.
  Result<RecoveryCodes> renew_recovery_codes(const UserId& user, const SecondFactorProof& proof,
                                             std::string_view address);
  Result<void> turn_off(const UserId& user, const SecondFactorProof& proof, std::string_view address);
  // For admins: takes it away and ends the user's sessions. `by` is for the log.
  // Errors: kNotFound  no such user;  kConflict  the user has none
  Result<User> reset(std::string_view id_or_email, std::string_view by);

  // Runs `work`, which calls use(), in one transaction and returns its result: when it fails, nothing was used. A
  // try counts until one succeeds. Errors: kRateLimited, those of `work`
  template <typename Work>
  auto attempt(const UserId& user, SecondFactorProof::Kind kind, ProofOrigin origin, const Work& work) {
    return run_throttled(throttled_account(user, kind), {origin.address, is_known(user, origin)}, work);
  }
  // Uses the proof up. Errors: kForbidden  wrong or used before
  Result<void> use(Transaction& tx, const UserId& user, const SecondFactorProof& proof);
  // Changes whenever a proof was used or the second factor is another; empty: there is none.
  Result<std::string> stamp(Transaction& tx, const UserId& user);
  // The user has signed in from here.
  void remember(const UserId& user, std::string_view address, Micros now);
  // Removes what has ended.
  Result<void> purge();

 private:
  Result<Secret> open(const std::string& user, const std::string& sealed) const;
  // The name under which the throttle counts the guesses at this kind of proof.
  static std::string throttled_account(const UserId& user, SecondFactorProof::Kind kind);
  // Whether the user has signed in from this network.
  bool is_known(const UserId& user, ProofOrigin origin) const;
  template <typename Work>
  auto run_throttled(const std::string& account, ProofOrigin origin, const Work& work)
      -> std::invoke_result_t<const Work&, Transaction&> {
    WICK_TRY(attempt, throttle_.begin(account, origin.address, origin.known, clock_.now()));
    auto done = db_.write_with_reserve(work);
    if (done) {
      throttle_.succeeded(attempt, clock_.now());
    } else if (done.error().code == ErrorCode::kForbidden) {
      return throttle_.failed(attempt, std::move(done.error()));
    }
    return done;
  }

  Database& db_;
  const SealingKey& key_;
  const Clock& clock_;
  const SecondFactorPolicy policy_;
  const std::string host_;
  SignInThrottle throttle_{kCodeLimits};
};

}  // namespace wick
