#include "identity/second_factor_service.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "identity/second_factor_store.h"
#include "identity/totp.h"
#include "identity/user_store.h"

namespace wick {
namespace {

namespace store = second_factor_store;

std::string place_of(const std::string& user) {
  return "second factor of " + user;
}

std::unexpected<Error> wrong(SecondFactorProof::Kind kind) {
  if (kind == SecondFactorProof::Kind::kRecoveryCode)
    return fail(ErrorCode::kForbidden, "This recovery code is wrong or was used already.");
  return fail(ErrorCode::kForbidden,
              "The code is wrong or was used already: wait for the next code that your app shows.");
}

// Normalises a typed code: removes spaces and dashes, ignores the case, and replaces digits that look like letters of the
// alphabet of the codes.
std::string plain_recovery_code(std::string_view typed) {
  std::string out;
  for (const char c : to_lower_ascii(typed)) {
    if (c == ' ' || c == '-') continue;
    out += c == '0' ? 'o' : c == '1' ? 'l' : c == '8' ? 'b' : c;
  }
  return out;
}

std::string plain_code(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (c != ' ') out += c;
  }
  return out;
}

Sha256Digest recovery_digest(const std::string& user, std::string_view plain) {
  const Secret text("recovery code of " + user + "\n" + std::string(plain));
  return sha256(text.reveal());
}

// Formats a code in groups of four characters.
Secret make_recovery_code() {
  const Secret plain(to_lower_ascii(to_base32(random_bytes(kRecoveryCodeBytes))));
  std::string out;
  for (std::size_t i = 0; i < plain.reveal().size(); ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += plain.reveal()[i];
  }
  return Secret(std::move(out));
}

// Makes new recovery codes, which replace all earlier ones.
Result<RecoveryCodes> put_recovery_codes(Transaction& tx, const std::string& user) {
  RecoveryCodes codes;
  std::vector<Sha256Digest> digests;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(make_recovery_code());
    digests.push_back(recovery_digest(user, plain_recovery_code(codes.back().reveal())));
  }
  WICK_CHECK(store::set_recovery_codes(tx, user, digests));
  return codes;
}

std::unexpected<Error> on_already() {
  return fail(ErrorCode::kConflict, "You have a second factor already: turn it off first.");
}

}  // namespace

bool SecondFactorService::is_required(Role role) const {
  return policy_ == SecondFactorPolicy::kAll ||
         (policy_ == SecondFactorPolicy::kAdmins && role == Role::kAdmin);
}

Result<SecondFactorState> SecondFactorService::state(const UserId& user) {
  return db_.read([&](Transaction& tx) -> Result<SecondFactorState> {
    WICK_TRY(factor, store::find(tx, user.str()));
    if (!factor) return SecondFactorState{};
    return SecondFactorState{factor->created_at, factor->recovery_codes};
  });
}

Result<Secret> SecondFactorService::open(const std::string& user, const std::string& sealed) const {
  return key_.open(sealed, place_of(user));
}

Result<Enrolment> SecondFactorService::start_enrolment(const UserId& user, const SessionId& session) {
  const Secret secret(random_bytes(kTotpSecretBytes));
  const std::string id = user.str(), sealed = key_.seal(secret, place_of(id));
  Enrolment enrolment;
  enrolment.base32 = Secret(to_base32(secret.reveal()));
  enrolment.expires_at = clock_.now() + to_micros(kEnrolmentAge);
  WICK_TRY(account, db_.write([&](Transaction& tx) -> Result<std::string> {
    WICK_TRY(factor, store::find(tx, id));
    if (factor) return on_already();
    WICK_TRY(found, user_store::find(tx, id, clock_.now()));
    WICK_CHECK(store::put_enrolment(tx, id, session.str(), sealed, enrolment.expires_at));
    return std::move(found.email);
  }));
  enrolment.uri = Secret(totp_uri("Wick " + host_, account, enrolment.base32.reveal()));
  return enrolment;
}

Result<RecoveryCodes> SecondFactorService::confirm(const UserId& user, const SessionId& session,
                                                   const Secret& code, std::string_view address) {
  const std::string id = user.str();
  const auto work = [&](Transaction& tx) -> Result<RecoveryCodes> {
    WICK_TRY(factor, store::find(tx, id));
    if (factor) return on_already();
    // A wrong code rolls the transaction back, so the enrolment stays.
    WICK_TRY(sealed, store::take_enrolment(tx, id, session.str(), clock_.now()));
    if (sealed.empty())
      return fail(ErrorCode::kConflict,
                  "This set-up has expired, or was started in another session: start again.");
    WICK_TRY(secret, open(id, sealed));
    const std::string_view typed = code.reveal().substr(0, kMaxProofBytes);
    const auto step = match_totp(secret.reveal(), plain_code(typed), clock_.now(), 0);
    if (!step) return wrong(SecondFactorProof::Kind::kTotp);
    WICK_CHECK(store::insert(tx, id, sealed, clock_.now(), *step));
    WICK_TRY(codes, put_recovery_codes(tx, id));
    WICK_CHECK(user_store::end_sessions(tx, id, session.str()));
    WICK_CHECK(tx.changed("session", id));
    return std::move(codes);
  };
  // The buckets are separate from those of sign-in, so that somebody with a session cannot use up the attempts of sign-in.
  auto codes = run_throttled("enrolment/" + id, {address, true}, work);
  if (codes) spdlog::info("the user {} has turned on a second factor", id);
  return codes;
}

Result<void> SecondFactorService::use(Transaction& tx, const UserId& user, const SecondFactorProof& proof) {
  const std::string id = user.str();
  const std::string_view typed = proof.code.reveal().substr(0, kMaxProofBytes);
  Result<bool> right = false;
  if (proof.kind == SecondFactorProof::Kind::kRecoveryCode) {
    right = store::use_recovery_code(tx, id, recovery_digest(id, plain_recovery_code(typed)));
  } else {
    WICK_TRY(factor, store::find(tx, id));
    if (!factor) return wrong(proof.kind);
    WICK_TRY(secret, open(id, factor->secret));
    const auto step = match_totp(secret.reveal(), plain_code(typed), clock_.now(), factor->last_step);
    if (step) right = store::use_step(tx, id, *step);
  }
  if (!right) return fail(std::move(right.error()));
  if (!*right) return wrong(proof.kind);
  return {};
}

std::string SecondFactorService::throttled_account(const UserId& user, SecondFactorProof::Kind kind) {
  return (kind == SecondFactorProof::Kind::kTotp ? "totp/" : "recovery code/") + user.str();
}

bool SecondFactorService::is_known(const UserId& user, ProofOrigin origin) const {
  return origin.known || throttle_.knows(user.str(), origin.address, clock_.now());
}

Result<RecoveryCodes> SecondFactorService::renew_recovery_codes(const UserId& user,
                                                                const SecondFactorProof& proof,
                                                                std::string_view address) {
  auto codes = attempt(user, proof.kind, {address, true}, [&](Transaction& tx) -> Result<RecoveryCodes> {
    WICK_CHECK(use(tx, user, proof));
    return put_recovery_codes(tx, user.str());
  });
  if (codes) spdlog::info("the user {} has made new recovery codes", user.str());
  return codes;
}

Result<void> SecondFactorService::turn_off(const UserId& user, const SecondFactorProof& proof,
                                           std::string_view address) {
  auto done = attempt(user, proof.kind, {address, true}, [&](Transaction& tx) -> Result<void> {
    WICK_CHECK(use(tx, user, proof));
    return store::remove(tx, user.str());
  });
  if (done) spdlog::info("the user {} has turned off the second factor", user.str());
  return done;
}

Result<User> SecondFactorService::reset(std::string_view id_or_email, std::string_view by) {
  WICK_TRY(user, db_.write_with_reserve([&](Transaction& tx) -> Result<User> {
    WICK_TRY(found, user_store::find(tx, id_or_email, clock_.now()));
    if (!found.second_factor) return fail(ErrorCode::kConflict, "This user has no second factor.");
    const std::string id = found.id.str();
    WICK_CHECK(store::remove(tx, id));
    WICK_CHECK(user_store::end_sessions(tx, id, ""));
    WICK_CHECK(tx.changed("user", id));
    found.second_factor = false;
    return std::move(found);
  }));
  spdlog::warn("the second factor of the user {} was reset by {}", user.id.str(), by);
  return std::move(user);
}

Result<std::string> SecondFactorService::stamp(Transaction& tx, const UserId& user) {
  WICK_TRY(factor, store::find(tx, user.str()));
  if (!factor) return std::string();
  return std::to_string(factor->created_at) + " " + std::to_string(factor->last_step) + " " +
         std::to_string(factor->recovery_codes);
}

void SecondFactorService::remember(const UserId& user, std::string_view address, Micros now) {
  throttle_.remember(user.str(), address, now);
}

Result<void> SecondFactorService::purge() {
  return store::purge_enrolments(db_, clock_.now());
}

}  // namespace wick
