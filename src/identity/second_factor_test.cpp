// The second step of sign-in by password, as services: replay, races, time, tampering, throttling.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/fixed_clock.h"
#include "db/schema.h"
#include "identity/link_service.h"
#include "identity/second_factor_store.h"
#include "identity/session_service.h"
#include "identity/totp.h"
#include "identity/user_service.h"

namespace wick {
namespace {

constexpr const char* kPassword = "a long enough password";
constexpr const char* kHome = "192.0.2.1";

// The bytes of RFC 4648 base32 without padding.
std::string from_base32(std::string_view text) {
  std::string out;
  unsigned int kept = 0;
  int bits = 0;
  for (const char c : text) {
    kept = (kept << 5 | unsigned(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xFFF;
    if ((bits += 5) >= 8) out += char(kept >> (bits -= 8) & 0xFF);
  }
  return out;
}

class SecondFactors : public testing::Test {
 protected:
  SecondFactors() {
    std::string pattern = testing::TempDir() + "wick_second_factors_XXXXXX";
    folder = mkdtemp(pattern.data());
    db = std::move(open_sqlite(folder + "/wick.db", main_migrations()).value());
    access =
        std::make_unique<AccessStore>(*db, [](std::string_view) { return std::vector<OperationEntry>(); });
    access->start().value();
    users.emplace(*db, clock);
    links.emplace(*db, clock);
    restart(SecondFactorPolicy::kOff);
    ann = make_user("ann@example.com");
  }
  ~SecondFactors() override { std::filesystem::remove_all(folder); }

  // New services, with nothing in memory. The database still tells the former ones of changes.
  void restart(SecondFactorPolicy policy) {
    former_factors.push_back(std::move(factors));
    former_sessions.push_back(std::move(sessions));
    factors = std::make_unique<SecondFactorService>(*db, key, clock, policy, "wick.example.com");
    sessions = std::make_unique<SessionService>(*db, *access, key, *factors, clock);
  }
  UserId make_user(const char* email, Role role = Role::kMember) {
    return users->create({email, "Name", role}, Secret(kPassword))->id;
  }
  BrowserSession session_of(const UserId& user, SignInMethod method = SignInMethod::kPassword) {
    return sessions->open_for(user, kHome, "", method)->session;
  }
  // Turns it on; returns the secret's bytes.
  std::string enrol(const UserId& user, RecoveryCodes* codes = nullptr) {
    const BrowserSession session = session_of(user);
    const auto begun = factors->start_enrolment(user, session.id);
    const std::string secret = from_base32(begun->base32.reveal());
    auto made = factors->confirm(user, session.id, Secret(code_of(secret)), kHome);
    EXPECT_TRUE(made);
    if (codes != nullptr) *codes = std::move(*made);
    next_step();
    return secret;
  }
  std::string code_of(const std::string& secret, int drift = 0) {
    return hotp(secret, std::uint64_t(totp_step(clock.now()) + drift));
  }
  void next_step() { clock.time += to_micros(kTotpPeriod); }
  SecondFactorProof proof(std::string code, SecondFactorProof::Kind kind = SecondFactorProof::Kind::kTotp) {
    return {kind, Secret(std::move(code))};
  }
  // The cookie of the first step; empty when there was none, or it opened a session.
  std::string first_step(const char* email = "ann@example.com", const char* from = kHome) {
    auto made = sessions->sign_in(email, Secret(kPassword), from, "");
    if (!made || !std::holds_alternative<PendingSignIn>(*made)) return "";
    return std::string(std::get<PendingSignIn>(*made).cookie.reveal());
  }
  // The error of the second step; nullopt: the step succeeds.
  std::optional<ErrorCode> second_step(const std::string& pending, const SecondFactorProof& given,
                                       const char* from = kHome) {
    const auto made = sessions->finish_sign_in(pending, given, from, "");
    return made ? std::nullopt : std::optional(made.error().code);
  }
  std::optional<ErrorCode> sign_in(const std::string& code, const char* from = kHome) {
    return second_step(first_step("ann@example.com", from), proof(code), from);
  }

  std::string folder;
  FixedClock clock;
  SealingKey key = SealingKey::from_hex_text(std::string(64, 'a')).value();
  std::unique_ptr<Database> db;
  std::unique_ptr<AccessStore> access;
  std::vector<std::unique_ptr<SecondFactorService>> former_factors;
  std::vector<std::unique_ptr<SessionService>> former_sessions;
  std::unique_ptr<SecondFactorService> factors;
  std::unique_ptr<SessionService> sessions;
  std::optional<UserService> users;
  std::optional<LinkService> links;
  UserId ann;
};

TEST_F(SecondFactors, ARightPasswordAloneOpensNoSession) {
  const std::string secret = enrol(ann);
  const std::size_t before = sessions->list(ann)->size();
  const std::string pending = first_step();
  ASSERT_NE(pending, "");
  EXPECT_EQ(sessions->list(ann)->size(), before);
  EXPECT_FALSE(sessions->find(pending)) << "it is no session's cookie";
  EXPECT_EQ(second_step(pending, proof(code_of(secret))), std::nullopt);
  EXPECT_EQ(sessions->list(ann)->size(), before + 1);
}

TEST_F(SecondFactors, AWrongPasswordAnswersAlikeWithAndWithoutOne) {
  enrol(ann);
  make_user("bob@example.com");
  const auto of = [&](const char* email) {
    return sessions->sign_in(email, Secret("not the password"), kHome, "").error();
  };
  const Error with = of("ann@example.com"), without = of("bob@example.com"), unknown = of("eve@example.com");
  EXPECT_EQ(with.code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(std::tie(with.code, with.message), std::tie(without.code, without.message));
  EXPECT_EQ(std::tie(with.code, with.message), std::tie(unknown.code, unknown.message));
}

TEST_F(SecondFactors, ACodeIsGoodOnceAndNoEarlierOneAfterIt) {
  const std::string secret = enrol(ann);
  const std::string early = code_of(secret, -1), now = code_of(secret), late = code_of(secret, 1);
  EXPECT_EQ(sign_in(early), ErrorCode::kForbidden) << "it turned the second factor on";
  EXPECT_EQ(sign_in(now), std::nullopt);
  EXPECT_EQ(sign_in(now), ErrorCode::kForbidden);
  restart(SecondFactorPolicy::kOff);
  EXPECT_EQ(sign_in(now), ErrorCode::kForbidden) << "it is not only in memory";
  EXPECT_EQ(sign_in(late), std::nullopt);
  EXPECT_EQ(sign_in(now), ErrorCode::kForbidden);
}

TEST_F(SecondFactors, AClockThatGoesBackRevivesNoCode) {
  const std::string secret = enrol(ann);
  const std::string code = code_of(secret);
  const Micros then = clock.now();
  EXPECT_EQ(sign_in(code), std::nullopt);
  clock.time += 3600 * kMicrosPerSecond;
  EXPECT_EQ(sign_in(code_of(secret)), std::nullopt);
  clock.time = then;
  EXPECT_EQ(sign_in(code), ErrorCode::kForbidden);
  EXPECT_EQ(sign_in(code_of(secret, 1)), ErrorCode::kForbidden) << "it is earlier than the latest";
}

TEST_F(SecondFactors, OnlyOneOfManyConcurrentTriesWithACodeSucceeds) {
  RecoveryCodes recovery;
  const std::string secret = enrol(ann, &recovery);
  const auto race = [&](const std::function<SecondFactorProof()>& given) {
    std::vector<std::string> pending;
    for (int i = 0; i < 4; ++i) pending.push_back(first_step());
    std::atomic<int> succeeded = 0;
    std::vector<std::thread> threads;
    for (const std::string& one : pending)
      threads.emplace_back([&, one] { succeeded += !second_step(one, given()).has_value(); });
    for (auto& thread : threads) thread.join();
    return succeeded.load();
  };
  EXPECT_EQ(race([&] { return proof(code_of(secret)); }), 1);
  EXPECT_EQ(
      race([&] { return proof(std::string(recovery[0].reveal()), SecondFactorProof::Kind::kRecoveryCode); }),
      1);
}

TEST_F(SecondFactors, OneFirstStepOpensOneSession) {
  const std::string secret = enrol(ann);
  const std::string pending = first_step(), other = first_step();
  EXPECT_EQ(second_step(pending, proof(code_of(secret))), std::nullopt);
  next_step();
  EXPECT_EQ(second_step(pending, proof(code_of(secret))), ErrorCode::kUnauthenticated);
  EXPECT_EQ(second_step(other, proof(code_of(secret))), ErrorCode::kUnauthenticated);
}

TEST_F(SecondFactors, AFirstStepEndsWithTimeAndWithThePasswordItWasMadeWith) {
  const std::string secret = enrol(ann);
  const std::string late = first_step();
  clock.time += to_micros(kPendingSignInAge);
  EXPECT_EQ(second_step(late, proof(code_of(secret))), ErrorCode::kUnauthenticated);
  const std::string stolen = first_step();
  const BrowserSession session = session_of(ann);
  ASSERT_TRUE(sessions->change_password(session, Secret(kPassword), Secret("another long password"), false));
  EXPECT_EQ(second_step(stolen, proof(code_of(secret))), ErrorCode::kUnauthenticated);
  EXPECT_TRUE(factors->state(ann)->since) << "changing the password keeps the second factor";
}

TEST_F(SecondFactors, AFirstStepOfADeactivatedUserOpensNothing) {
  const std::string secret = enrol(ann);
  const std::string pending = first_step();
  ASSERT_TRUE(users->deactivate("ann@example.com"));
  EXPECT_EQ(second_step(pending, proof(code_of(secret))), ErrorCode::kUnauthenticated);
}

TEST_F(SecondFactors, RefusesOtherCookiesThanThoseOfAFirstStep) {
  const std::string secret = enrol(ann);
  std::string pending = first_step();
  EXPECT_EQ(second_step("", proof(code_of(secret))), ErrorCode::kUnauthenticated);
  EXPECT_EQ(second_step(std::string(100'000, 'A'), proof(code_of(secret))), ErrorCode::kUnauthenticated);
  pending[pending.size() / 2] = pending[pending.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(second_step(pending, proof(code_of(secret))), ErrorCode::kUnauthenticated);
}

TEST_F(SecondFactors, ASecretOfAnotherUserDoesNotOpen) {
  const UserId eve = make_user("eve@example.com");
  enrol(ann);
  const std::string hers = enrol(eve);
  // Eve can write to the database and puts her sealed secret into Ann's row.
  db->write([&](Transaction& tx) -> Result<void> {
      auto mine = second_factor_store::find(tx, eve.str()).value();
      EXPECT_TRUE(tx.execute("UPDATE second_factors SET secret = $2 WHERE user_id = $1",
                             {std::string_view(ann.str()), BlobView{mine->secret}}));
      return {};
    }).value();
  EXPECT_EQ(sign_in(code_of(hers)), ErrorCode::kInternal);
}

TEST_F(SecondFactors, ARecoveryCodeOfAnotherUserIsNone) {
  const UserId eve = make_user("eve@example.com");
  RecoveryCodes hers;
  enrol(ann);
  enrol(eve, &hers);
  db->write([&](Transaction& tx) -> Result<void> {
      EXPECT_TRUE(tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", {std::string_view(ann.str())}));
      EXPECT_TRUE(tx.execute("UPDATE recovery_codes SET user_id = $1 WHERE user_id = $2",
                             {std::string_view(ann.str()), std::string_view(eve.str())}));
      return {};
    }).value();
  EXPECT_EQ(
      second_step(first_step(), proof(std::string(hers[0].reveal()), SecondFactorProof::Kind::kRecoveryCode)),
      ErrorCode::kForbidden);
}

TEST_F(SecondFactors, RecoveryCodesAreGoodOnceHoweverTheyAreTyped) {
  RecoveryCodes codes;
  enrol(ann, &codes);
  ASSERT_EQ(codes.size(), std::size_t(kRecoveryCodes));
  const auto with = [&](std::string code) {
    return second_step(first_step(), proof(std::move(code), SecondFactorProof::Kind::kRecoveryCode));
  };
  std::string typed;
  for (const char c : codes[0].reveal()) typed += c == '-' ? ' ' : char(std::toupper(c));
  EXPECT_EQ(with(typed), std::nullopt);
  EXPECT_EQ(with(std::string(codes[0].reveal())), ErrorCode::kForbidden);
  EXPECT_EQ(with(std::string(codes[1].reveal())), std::nullopt);
  EXPECT_EQ(factors->state(ann)->recovery_codes, kRecoveryCodes - 2);
}

TEST_F(SecondFactors, NewRecoveryCodesReplaceTheOldOnesAndNeedAProof) {
  RecoveryCodes old;
  const std::string secret = enrol(ann, &old);
  EXPECT_EQ(factors->renew_recovery_codes(ann, proof("000000"), kHome).error().code, ErrorCode::kForbidden);
  const auto fresh = factors->renew_recovery_codes(ann, proof(code_of(secret)), kHome);
  ASSERT_TRUE(fresh);
  const auto with = [&](const Secret& code) {
    return second_step(first_step(),
                       proof(std::string(code.reveal()), SecondFactorProof::Kind::kRecoveryCode));
  };
  EXPECT_EQ(with(old[0]), ErrorCode::kForbidden);
  EXPECT_EQ(with((*fresh)[0]), std::nullopt);
}

TEST_F(SecondFactors, TurningItOffNeedsAProofAndLeavesNothing) {
  RecoveryCodes codes;
  const std::string secret = enrol(ann, &codes);
  EXPECT_EQ(factors->turn_off(ann, proof("000000"), kHome).error().code, ErrorCode::kForbidden);
  EXPECT_TRUE(factors->state(ann)->since);
  EXPECT_TRUE(factors->turn_off(ann, proof(code_of(secret)), kHome));
  EXPECT_FALSE(factors->state(ann)->since);
  EXPECT_EQ(factors->state(ann)->recovery_codes, 0);
  EXPECT_EQ(first_step(), "") << "the password is enough again";
}

TEST_F(SecondFactors, EnrollingTakesACodeInTheSessionThatBeganItInTime) {
  const BrowserSession mine = session_of(ann), other = session_of(ann);
  const std::string secret = from_base32(factors->start_enrolment(ann, mine.id)->base32.reveal());
  const auto confirm = [&](const SessionId& session, std::string code) {
    const auto done = factors->confirm(ann, session, Secret(std::move(code)), kHome);
    return done ? std::nullopt : std::optional(done.error().code);
  };
  EXPECT_EQ(confirm(other.id, code_of(secret)), ErrorCode::kConflict);
  EXPECT_EQ(confirm(mine.id, "000000"), ErrorCode::kForbidden);
  EXPECT_FALSE(factors->state(ann)->since) << "nothing is on before the code";
  clock.time += to_micros(kEnrolmentAge);
  EXPECT_EQ(confirm(mine.id, code_of(secret)), ErrorCode::kConflict);
  const std::string fresh = from_base32(factors->start_enrolment(ann, mine.id)->base32.reveal());
  EXPECT_NE(fresh, secret);
  EXPECT_EQ(confirm(mine.id, code_of(fresh)), std::nullopt);
  EXPECT_EQ(sessions->list(ann)->size(), 1U) << "sessions that were opened without it have ended";
  EXPECT_EQ(factors->start_enrolment(ann, mine.id).error().code, ErrorCode::kConflict);
  EXPECT_EQ(confirm(mine.id, code_of(fresh, 1)), ErrorCode::kConflict);
}

TEST_F(SecondFactors, GuessingTheEnrolmentCodeIsLimitedAlsoAfterANewStart) {
  const BrowserSession mine = session_of(ann);
  std::string secret = from_base32(factors->start_enrolment(ann, mine.id)->base32.reveal());
  const auto confirm = [&](const std::string& code) {
    const auto done = factors->confirm(ann, mine.id, Secret(std::string(code)), kHome);
    return done ? std::nullopt : std::optional(done.error().code);
  };
  for (int i = 0; i < kCodeLimits.pair.burst; ++i) EXPECT_EQ(confirm("000000"), ErrorCode::kForbidden);
  EXPECT_EQ(confirm(code_of(secret)), ErrorCode::kRateLimited);
  secret = from_base32(factors->start_enrolment(ann, mine.id)->base32.reveal());
  EXPECT_EQ(confirm(code_of(secret)), ErrorCode::kRateLimited);
  EXPECT_FALSE(factors->state(ann)->since);
  clock.time += to_micros(kCodeLimits.pair.period);
  EXPECT_EQ(confirm(code_of(secret)), std::nullopt);
}

TEST_F(SecondFactors, AnAdminsResetTakesItAwayAndEndsTheSessions) {
  enrol(ann);
  const auto cookie = sessions->open_for(ann, kHome, "", SignInMethod::kPassword)->cookie.clone();
  const std::string pending = first_step();
  ASSERT_TRUE(factors->reset("ann@example.com", "a test"));
  EXPECT_FALSE(sessions->find(cookie.reveal()));
  EXPECT_EQ(second_step(pending, proof("000000")), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(users->find("ann@example.com")->second_factor);
  EXPECT_EQ(factors->reset("ann@example.com", "a test").error().code, ErrorCode::kConflict);
  EXPECT_EQ(factors->reset("nobody@example.com", "a test").error().code, ErrorCode::kNotFound);
}

TEST_F(SecondFactors, APasswordResetByALinkAsksForItToo) {
  const std::string secret = enrol(ann);
  const auto link = links->make_for(ann.str());
  ASSERT_TRUE(links->accept(link->token.reveal(), std::nullopt, Secret("a new long password")));
  const auto made = sessions->sign_in_by_link(ann, kHome, "");
  ASSERT_TRUE(made && std::holds_alternative<PendingSignIn>(*made));
  EXPECT_EQ(second_step(std::string(std::get<PendingSignIn>(*made).cookie.reveal()), proof(code_of(secret))),
            std::nullopt);
}

TEST_F(SecondFactors, IfRequiredAPasswordSessionMustEnrolFirst) {
  const UserId admin = make_user("admin@example.com", Role::kAdmin);
  struct Case {
    SecondFactorPolicy policy;
    UserId user;
    SignInMethod method;
    bool held;
  };
  const Case cases[] = {
      {SecondFactorPolicy::kOff, admin, SignInMethod::kPassword, false},
      {SecondFactorPolicy::kAdmins, admin, SignInMethod::kPassword, true},
      {SecondFactorPolicy::kAdmins, admin, SignInMethod::kProvider, false},
      {SecondFactorPolicy::kAdmins, ann, SignInMethod::kPassword, false},
      {SecondFactorPolicy::kAll, ann, SignInMethod::kPassword, true},
      {SecondFactorPolicy::kAll, ann, SignInMethod::kProvider, false},
  };
  for (const Case& one : cases) {
    restart(one.policy);
    const auto cookie = sessions->open_for(one.user, kHome, "", one.method)->cookie.clone();
    const auto found = sessions->find(cookie.reveal());
    EXPECT_EQ(found.has_value(), !one.held);
    if (!found) {
      EXPECT_EQ(found.error().code, ErrorCode::kPolicy);
    }
    EXPECT_EQ(sessions->find_before_enrolment(cookie.reveal())->must_enrol, one.held);
  }
  const auto made = sessions->open_for(ann, kHome, "", SignInMethod::kPassword);
  const auto begun = factors->start_enrolment(ann, made->session.id);
  const Secret code(code_of(from_base32(begun->base32.reveal())));
  ASSERT_TRUE(factors->confirm(ann, made->session.id, code, kHome));
  EXPECT_TRUE(sessions->find(made->cookie.reveal()));
}

TEST_F(SecondFactors, GuessingIsLimitedAndRecoveryCodesStillWork) {
  RecoveryCodes codes;
  const std::string secret = enrol(ann, &codes);
  // The thief knows the password, and comes from another site each time.
  int site = 0;
  const auto guess = [&] {
    const SecondFactorProof wrong = proof("000000");
    const std::string from = "10." + std::to_string(site / 256) + "." + std::to_string(site % 256) + ".1";
    ++site;
    const auto done = factors->attempt(ann, wrong.kind, {from, false},
                                       [&](Transaction& tx) { return factors->use(tx, ann, wrong); });
    return done.error().code == ErrorCode::kForbidden;
  };
  int let_in = 0;
  const int most = kCodeLimits.account.burst + int(kMicrosPerDay / to_micros(kCodeLimits.account.period));
  for (const Micros end = clock.now() + kMicrosPerDay; clock.now() < end; clock.time += 20 * kMicrosPerSecond)
    let_in += guess();
  while (guess()) ++let_in;
  EXPECT_LE(let_in, most + 1);
  EXPECT_GE(let_in, most - 1);
  const char* elsewhere = "198.51.100.1";
  EXPECT_EQ(sign_in(code_of(secret), elsewhere), ErrorCode::kRateLimited);
  EXPECT_EQ(
      second_step(first_step("ann@example.com", elsewhere),
                  proof(std::string(codes[0].reveal()), SecondFactorProof::Kind::kRecoveryCode), elsewhere),
      std::nullopt);
  EXPECT_EQ(sign_in(code_of(secret)), std::nullopt) << "a network that is known";
}

TEST_F(SecondFactors, GuessingFromOneNetworkIsBoundedAcrossFirstSteps) {
  const std::string secret = enrol(ann);
  for (int i = 0; i < kCodeLimits.pair.burst; ++i) EXPECT_EQ(sign_in("000000"), ErrorCode::kForbidden);
  EXPECT_EQ(sign_in(code_of(secret)), ErrorCode::kRateLimited) << "the right code has to wait too";
  clock.time += to_micros(kCodeLimits.pair.period);
  EXPECT_EQ(sign_in(code_of(secret)), std::nullopt);
}

TEST_F(SecondFactors, ADeletedUserLeavesNoSecret) {
  enrol(ann);
  ASSERT_TRUE(users->remove("ann@example.com"));
  int rows = 0;
  db->read([&](Transaction& tx) {
      return tx.for_each("SELECT 1 FROM second_factors UNION ALL SELECT 1 FROM recovery_codes", {},
                         [&](const SqlRow&) { ++rows; });
    }).value();
  EXPECT_EQ(rows, 0);
}

}  // namespace
}  // namespace wick
