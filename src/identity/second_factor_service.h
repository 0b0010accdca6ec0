// SecondFactorService: enrolment, codes, recovery codes and the policy of the second factor for sign-in by password.
//
// A user has at most one second factor: a secret that is shared with an authenticator app (totp.h). It is sealed and bound
// to the user, so it cannot be opened in the row of another user. With it come kRecoveryCodes recovery codes, each valid
// once and stored as SHA-256. A time step is used once: an accepted step is later than all accepted steps before it. One
// UPDATE decides this, so exactly one of several concurrent attempts succeeds, and a clock that goes back makes no code
// valid again (RFC 6238 §5.2).
//
// Guesses are limited like guesses of passwords (sign_in_throttle.h), with separate buckets. Only somebody who knows the
// password gets here, so a stranger cannot use up a user's attempts. Three steps are valid at a time, so a guess is right in
// 3 of a million cases:
//
//   bucket              burst  then one every  in a day at most
//   (account, client)       5           5 min  293 guesses, 0.09 %, also from a network that is known
//   (account, site)        10          10 min  154
//   account                20          10 min  164 guesses, 0.05 %, from all networks that are not known
//   client                 60             1 s
//
// Recovery codes (80 random bits) and the code that turns the second factor on have separate buckets. So somebody who knows
// the password and keeps guessing codes cannot prevent the owner from signing in with a recovery code.
//
// Thread-safe; all functions block.
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
inline constexpr std::size_t kMaxProofBytes = 100;     // of a code as it was typed
inline constexpr std::chrono::minutes kEnrolmentAge{10};
inline constexpr ThrottleLimits kCodeLimits{
    .pair = {5, std::chrono::seconds(300)},
    .client = {60, std::chrono::seconds(1)},
    .account_site = {10, std::chrono::seconds(600)},
    .account = {20, std::chrono::seconds(600)},
};

// The users who need a second factor for a session that was opened by password.
enum class SecondFactorPolicy { kOff, kAdmins, kAll };

// A code as it was typed.
struct SecondFactorProof {
  enum class Kind { kTotp, kRecoveryCode };
  Kind kind = Kind::kTotp;
  Secret code;
};
// The origin of a proof. `known`: the account has signed in from this network.
struct ProofOrigin {
  std::string_view address;
  bool known = false;
};

struct SecondFactorState {
  std::optional<Micros> since;  // nullopt: the user has no second factor
  std::int64_t recovery_codes = 0;
};
struct Enrolment {
  Secret base32, uri;
  Micros expires_at = 0;
};
using RecoveryCodes = std::vector<Secret>;

class SecondFactorService {
 public:
  // `host` distinguishes the entries of several servers in the authenticator app.
  SecondFactorService(Database& db, const SealingKey& key, const Clock& clock, SecondFactorPolicy policy,
                      std::string host)
      : db_(db), key_(key), clock_(clock), policy_(policy), host_(std::move(host)) {}

  bool is_required(Role role) const;
  Result<SecondFactorState> state(const UserId& user);

  // Makes a new secret, which has to be confirmed within kEnrolmentAge. The caller has checked the password.
  // Errors: kConflict  there is a second factor already
  Result<Enrolment> start_enrolment(const UserId& user, const SessionId& session);
  // Turns the second factor on, and ends the user's other sessions.
  // Errors: kForbidden    the code is wrong
  //         kConflict     this session has started no enrolment, or it has expired
  //         kRateLimited  too many wrong codes from `address`
  Result<RecoveryCodes> confirm(const UserId& user, const SessionId& session, const Secret& code,
                                std::string_view address);
  // The caller has checked the password. Errors of both functions: kForbidden  the code is wrong;  kRateLimited
  Result<RecoveryCodes> renew_recovery_codes(const UserId& user, const SecondFactorProof& proof,
                                             std::string_view address);
  Result<void> turn_off(const UserId& user, const SecondFactorProof& proof, std::string_view address);
  // For admins: removes the second factor and ends the user's sessions. `by` is for the log.
  // Errors: kNotFound  there is no such user;  kConflict  the user has no second factor
  Result<User> reset(std::string_view id_or_email, std::string_view by);

  // Runs `work`, which calls use(), in one transaction and returns its result. When `work` fails, no code is used. Attempts
  // count until one succeeds. Errors: kRateLimited, those of `work`
  template <typename Work>
  auto attempt(const UserId& user, SecondFactorProof::Kind kind, ProofOrigin origin, const Work& work) {
    return run_throttled(throttled_account(user, kind), {origin.address, is_known(user, origin)}, work);
  }
  // Checks the proof and marks it as used. Errors: kForbidden  it is wrong or was used before
  Result<void> use(Transaction& tx, const UserId& user, const SecondFactorProof& proof);
  // A text that changes when a proof is used or the second factor changes; empty: the user has no second factor.
  Result<std::string> stamp(Transaction& tx, const UserId& user);
  // Records that the user has signed in from this network.
  void remember(const UserId& user, std::string_view address, Micros now);
  // Removes expired enrolments.
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
    WICK_TRY(attempt, throttle_.start_attempt(account, origin.address, origin.known, clock_.now()));
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
