#include "identity/session_service.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "db/schema.h"
#include "identity/link_service.h"
#include "identity/user_service.h"

namespace wick {
namespace {

constexpr const char* kPassword = "a long enough password";

struct FakeClock final : Clock {
  Micros time = 1'780'000'000 * kMicrosPerSecond;
  Micros now() const override { return time; }
};

class Sessions : public testing::Test {
 protected:
  Sessions() {
    std::string pattern = testing::TempDir() + "wick_sessions_XXXXXX";
    folder = mkdtemp(pattern.data());
    db = std::move(open_sqlite(folder + "/wick.db", main_migrations()).value());
    access =
        std::make_unique<AccessStore>(*db, [](std::string_view) { return std::vector<OperationEntry>(); });
    access->start().value();
    users.emplace(*db, clock);
    links.emplace(*db, clock);
    factors.emplace(*db, key, clock, SecondFactorPolicy::kOff, "wick.example.com");
    sessions.emplace(*db, *access, key, *factors, clock);
  }
  ~Sessions() override { std::filesystem::remove_all(folder); }
  std::string sign_in() {
    const auto made = sessions->sign_in("a@example.com", Secret(kPassword), "10.0.0.1", "test");
    return std::string(std::get<NewBrowserSession>(*made).cookie.reveal());
  }

  // The error of a sign-in from 10.0.0.1; nullopt: the sign-in succeeds.
  std::optional<ErrorCode> attempt(std::string_view email, const char* password) {
    const auto done = sessions->sign_in(email, Secret(password), "10.0.0.1", "test");
    return done ? std::nullopt : std::optional(done.error().code);
  }

  std::string folder;
  FakeClock clock;
  std::unique_ptr<Database> db;
  std::unique_ptr<AccessStore> access;
  std::optional<UserService> users;
  std::optional<LinkService> links;
  SealingKey key = SealingKey::from_hex_text(std::string(64, 'a')).value();
  std::optional<SecondFactorService> factors;
  std::optional<SessionService> sessions;
};

TEST_F(Sessions, TheOldestSessionsAboveTheLimitEnd) {
  const auto user = users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword));
  ASSERT_TRUE(user);
  std::vector<std::string> cookies;
  for (int i = 0; i < kMaxSessionsPerUser + 1; ++i) {
    clock.time += 1000;
    cookies.emplace_back(
        sessions->open_for(user->id, "192.0.2.1", "browser", SignInMethod::kPassword)->cookie.reveal());
  }
  EXPECT_EQ(sessions->list(user->id)->size(), std::size_t(kMaxSessionsPerUser));
  EXPECT_TRUE(sessions->find(cookies.back()));
}

TEST_F(Sessions, ASessionEndsWhenItIsNotUsedAndInAnyCaseAfterItsAge) {
  ASSERT_TRUE(users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword)));
  const std::string idle = sign_in();
  clock.time += to_micros(kSessionIdle) - kMicrosPerSecond;
  EXPECT_TRUE(sessions->find(idle));
  clock.time += to_micros(kSessionIdle) + kMicrosPerSecond;
  EXPECT_FALSE(sessions->find(idle));
  const std::string busy = sign_in();
  const Micros end = clock.time + to_micros(kSessionAge);
  for (; clock.time < end; clock.time += kMicrosPerDay) EXPECT_TRUE(sessions->find(busy));
  EXPECT_FALSE(sessions->find(busy));
  EXPECT_TRUE(sessions->purge());
  EXPECT_FALSE(sessions->find("no cookie of ours"));
}

TEST_F(Sessions, ANetworkWithAnOpenSessionIsKnownAfterARestartToo) {
  ASSERT_TRUE(users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword)));
  ASSERT_TRUE(users->create({"b@example.com", "B", Role::kMember}, Secret(kPassword)));
  sign_in();
  sessions.emplace(*db, *access, key, *factors, clock);
  for (int i = 0; i < kClientBurst; ++i)
    EXPECT_EQ(attempt("nobody" + std::to_string(i), "wrong"), ErrorCode::kUnauthenticated);
  EXPECT_EQ(attempt("b@example.com", kPassword), ErrorCode::kRateLimited);
  EXPECT_EQ(attempt("a@example.com", kPassword), std::nullopt);
}

TEST_F(Sessions, WrongPasswordsAreForgottenWithTimeAndBySigningIn) {
  ASSERT_TRUE(users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword)));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kPairBurst - 1; ++i)
      EXPECT_EQ(attempt("A@example.com", "wrong"), ErrorCode::kUnauthenticated);
    EXPECT_EQ(attempt("a@example.com", kPassword), std::nullopt);
  }
  for (int i = 0; i < kPairBurst; ++i) attempt("a@example.com", "wrong");
  EXPECT_EQ(attempt("a@example.com", kPassword), ErrorCode::kRateLimited);
  clock.time += to_micros(kPairPeriod);
  EXPECT_EQ(attempt("a@example.com", kPassword), std::nullopt);
}

TEST_F(Sessions, GuessingTheCurrentPasswordOfAStolenSessionIsSlowedDown) {
  ASSERT_TRUE(users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword)));
  const BrowserSession session = sessions->find(sign_in()).value();
  const auto change = [&](const char* current) {
    return sessions->change_password(session, Secret(current), Secret("another long password"), false);
  };
  for (int i = 0; i < kPairBurst; ++i) EXPECT_EQ(change("wrong").error().code, ErrorCode::kForbidden);
  EXPECT_EQ(change(kPassword).error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(attempt("a@example.com", kPassword), std::nullopt) << "signing in goes on";
  clock.time += to_micros(kPairPeriod);
  EXPECT_TRUE(change(kPassword));
}

TEST_F(Sessions, AWatchedSessionIsKnownToHaveEndedHoweverItEnds) {
  const auto user = users->create({"a@example.com", "A", Role::kMember}, Secret(kPassword));
  ASSERT_TRUE(user);
  const std::function<void(const BrowserSession&)> endings[] = {
      [&](const BrowserSession& session) { sessions->end(session.id).value(); },
      [&](const BrowserSession& session) { sessions->revoke(session.user, session.id).value(); },
      [&](const BrowserSession&) {
        const BrowserSession other = sessions->find(sign_in()).value();
        sessions->change_password(other, Secret(kPassword), Secret(kPassword), false).value();
      },
      [&](const BrowserSession&) { clock.time += to_micros(kSessionAge); },
      [&](const BrowserSession& session) {
        db->write([&](Transaction& tx) -> Result<void> {
            tx.execute("DELETE FROM sessions", {}).value();
            return tx.changed("user", session.user.str());
          }).value();
      },
  };
  for (const auto& end : endings) {
    const BrowserSession session = sessions->find(sign_in()).value();
    const BrowserSession kept =
        sessions->open_for(session.user, "", "", SignInMethod::kPassword).value().session;
    auto watched = sessions->watch(session);
    ASSERT_TRUE(watched);
    EXPECT_TRUE((*watched)());
    sessions->end(kept.id).value();
    EXPECT_TRUE((*watched)()) << "another session of the same user";
    end(session);
    EXPECT_FALSE((*watched)());
  }
  const BrowserSession gone = sessions->find(sign_in()).value();
  sessions->end(gone.id).value();
  EXPECT_FALSE(sessions->watch(gone)) << "it has ended before";
}

TEST_F(Sessions, LinksWorkOnceAndExpire) {
  const auto old_link = links->make_setup();
  const auto link = links->make_setup();
  ASSERT_TRUE(link);
  EXPECT_FALSE(links->set_up(old_link->token.reveal(), {"a@example.com", "A"}, Secret(kPassword)))
      << "replaced";
  ASSERT_TRUE(links->set_up(link->token.reveal(), {"a@example.com", "A"}, Secret(kPassword)));
  EXPECT_FALSE(links->make_setup());
  const auto member = users->create_pending({"b@example.com", "B", Role::kMember}, {});
  ASSERT_TRUE(member);
  EXPECT_FALSE(sessions->sign_in("b@example.com", Secret(kPassword), "10.0.0.1", "")) << "not active yet";
  const auto invite = links->make_for(member->id.str());
  clock.time += to_micros(kInviteLinkAge);
  EXPECT_FALSE(links->find(invite->token.reveal()));
  EXPECT_FALSE(links->accept(invite->token.reveal(), std::nullopt, Secret(kPassword)));
  const auto fresh = links->make_for(member->id.str());
  EXPECT_EQ(links->find(fresh->token.reveal())->purpose, LinkPurpose::kInvite);
  EXPECT_TRUE(links->accept(fresh->token.reveal(), "Bea", Secret(kPassword)));
  EXPECT_FALSE(links->accept(fresh->token.reveal(), std::nullopt, Secret(kPassword)));
  EXPECT_TRUE(sessions->sign_in("B@example.com", Secret(kPassword), "10.0.0.1", ""));
}

}  // namespace
}  // namespace wick
