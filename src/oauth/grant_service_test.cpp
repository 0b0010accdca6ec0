// Codes and refresh tokens under races, replays and theft.
#include "oauth/grant_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "base/fixed_clock.h"
#include "base/text.h"
#include "db/schema.h"

namespace wick {
namespace {

constexpr const char* kResource = "https://wick.example/mcp";
constexpr const char* kRedirect = "http://localhost:4711/cb";
const std::string kVerifier(43, 'v');

class Grants : public testing::Test {
 protected:
  Grants() {
    std::string pattern = testing::TempDir() + "wick_grants_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    open();
    ann_ = UserId::make();
    change_user(
        "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', 'member', "
        "'active', 0)");
  }
  ~Grants() override {
    grants_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open(std::chrono::seconds replay_window = std::chrono::seconds(kDefaultReplaySeconds)) {
    grants_.reset();
    index_ = std::make_unique<CredentialIndex>();
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    grants_ = std::make_unique<GrantService>(*db_, *index_, clock_, kResource, replay_window);
    grants_->start().value();
  }
  void change_user(std::string_view sql) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, {std::string_view(ann_.str())}); !done) return fail(done.error());
         return tx.changed("user", ann_.str());
       })
        .value();
  }
  CodeExchange approve() {
    Approval approval{ann_,       "client", kRedirect, to_base64url(as_bytes(sha256(kVerifier))),
                      "mcp:read", kResource};
    const Secret code = std::move(grants_->approve(approval).value());
    return {std::string(code.reveal()), "client", kRedirect, kVerifier, kResource, "agent/1"};
  }
  TokenPair connect() { return std::move(grants_->exchange(approve()).value()); }
  Result<TokenPair> refresh(const Secret& token, std::string agent = "agent/1",
                            std::string client = "client") {
    return grants_->refresh({std::string(token.reveal()), client, "", kResource, std::move(agent)});
  }
  bool accepted(const Secret& token) {
    return index_->find(sha256(token.reveal()), clock_.now(), "192.0.2.1", "agent/1").has_value();
  }
  static bool same(const TokenPair& a, const TokenPair& b) {
    return a.access_token.reveal() == b.access_token.reveal() &&
           a.refresh_token.reveal() == b.refresh_token.reveal();
  }

  std::string folder_;
  FixedClock clock_;
  std::unique_ptr<CredentialIndex> index_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<GrantService> grants_;
  UserId ann_;
};

TEST_F(Grants, ACodeBecomesTokensOnceAmong64ConcurrentTries) {
  const CodeExchange request = approve();
  std::atomic<int> winners = 0;
  std::barrier start(64);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        winners += grants_->exchange(request).has_value();
      });
    }
  }
  EXPECT_EQ(winners, 1);
}

TEST_F(Grants, ASecondUseOfACodeRevokesWhatTheFirstOneGot) {
  const CodeExchange request = approve();
  const TokenPair pair = std::move(grants_->exchange(request).value());
  EXPECT_TRUE(accepted(pair.access_token));
  EXPECT_FALSE(grants_->exchange(request));
  EXPECT_FALSE(accepted(pair.access_token));
  EXPECT_FALSE(refresh(pair.refresh_token));
}

TEST_F(Grants, AWrongVerifierClientRedirectOrResourceSpendsNothing) {
  const CodeExchange right = approve();
  CodeExchange wrong = right;
  for (const std::string& verifier : {std::string(), std::string(42, 'v'), std::string(129, 'v'),
                                      std::string(43, 'w'), std::string(42, 'v') + " "}) {
    wrong.code_verifier = verifier;
    EXPECT_FALSE(grants_->exchange(wrong));
  }
  wrong = right;
  wrong.client_id = "other";
  EXPECT_FALSE(grants_->exchange(wrong));
  wrong = right;
  wrong.redirect_uri = "http://localhost:4712/cb";
  EXPECT_FALSE(grants_->exchange(wrong));
  wrong = right;
  wrong.resource = "https://other.example/mcp";
  EXPECT_FALSE(grants_->exchange(wrong));
  const auto pair = grants_->exchange(right);
  ASSERT_TRUE(pair);
  wrong = right;
  wrong.code_verifier = std::string(43, 'w');
  EXPECT_FALSE(grants_->exchange(wrong)) << "a replay by someone without the verifier";
  EXPECT_TRUE(accepted(pair->access_token)) << "revokes nothing";
}

TEST_F(Grants, ACodeExpires) {
  const CodeExchange request = approve();
  clock_.advance(301);
  EXPECT_FALSE(grants_->exchange(request));
}

TEST_F(Grants, AnAccessTokenEndsAfterAnHourAndItsGrantGoesOn) {
  const TokenPair first = connect();
  clock_.advance(3601);
  EXPECT_FALSE(accepted(first.access_token));
  const auto second = refresh(first.refresh_token);
  ASSERT_TRUE(second);
  EXPECT_TRUE(accepted(second->access_token));
}

TEST_F(Grants, ReplayOfTheLastTokenGetsTheSamePairForAShortWindow) {
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  ASSERT_TRUE(second);
  clock_.advance(29);
  const auto again = refresh(first.refresh_token);
  ASSERT_TRUE(again);
  EXPECT_TRUE(same(*second, *again));
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->expires_in.count(), 3600 - 29);
}

TEST_F(Grants, SixtyFourConcurrentRefreshesLeaveOneLivingSuccessor) {
  const TokenPair first = connect();
  std::barrier start(64);
  std::mutex mutex;
  std::set<std::string> successors;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto pair = refresh(first.refresh_token);
        const std::lock_guard lock(mutex);
        if (pair) successors.emplace(pair->refresh_token.reveal());
      });
    }
  }
  EXPECT_EQ(successors.size(), 1u);
}

TEST_F(Grants, WithoutAWindowAReplayEndsTheFamily) {
  open(std::chrono::seconds(0));
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  ASSERT_TRUE(second);
  EXPECT_FALSE(refresh(first.refresh_token));
  EXPECT_FALSE(accepted(first.access_token));
  EXPECT_FALSE(accepted(second->access_token));
  EXPECT_FALSE(refresh(second->refresh_token));
}

TEST_F(Grants, AReplayEndsTheFamilyAfterTheWindow) {
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  clock_.advance(30);
  EXPECT_FALSE(refresh(first.refresh_token));
  EXPECT_FALSE(accepted(second->access_token));
}

TEST_F(Grants, AReplayEndsTheFamilyWhenTheSuccessorHasBeenUsed) {
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  const auto third = refresh(second->refresh_token);
  ASSERT_TRUE(third);
  EXPECT_FALSE(refresh(first.refresh_token)) << "the grandparent, inside the window";
  EXPECT_FALSE(accepted(third->access_token));
}

TEST_F(Grants, AReplayByAnotherUserAgentEndsTheFamily) {
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  EXPECT_FALSE(refresh(first.refresh_token, "thief/1"));
  EXPECT_FALSE(accepted(second->access_token));
}

TEST_F(Grants, ARefreshTokenOfAnotherClientIsRefusedAndStaysGood) {
  const TokenPair first = connect();
  EXPECT_FALSE(refresh(first.refresh_token, "agent/1", "other"));
  EXPECT_TRUE(refresh(first.refresh_token));
}

TEST_F(Grants, ARefreshNeverWidensTheScope) {
  const TokenPair first = connect();
  const auto wider = grants_->refresh(
      {std::string(first.refresh_token.reveal()), "client", "mcp:read mcp:write", "", "agent/1"});
  ASSERT_FALSE(wider);
  EXPECT_EQ(wider.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(refresh(first.refresh_token));
}

TEST_F(Grants, EndsAtItsAbsoluteAge) {
  TokenPair pair = connect();
  for (int day = 0; day < 175; day += 25) {
    clock_.advance(25 * 86'400);
    pair = std::move(refresh(pair.refresh_token).value());
  }
  clock_.advance(6 * 86'400);
  EXPECT_FALSE(refresh(pair.refresh_token));
}

TEST_F(Grants, OnlyTheOwnerOrAnAdminDisconnectsWhichEndsAllTokens) {
  const TokenPair pair = connect();
  const TokenId id = grants_->list(ann_).value().at(0).id;
  EXPECT_FALSE(grants_->revoke({UserId::make(), false}, id, "not mine"));
  EXPECT_TRUE(accepted(pair.access_token));
  EXPECT_TRUE(grants_->revoke({ann_, false}, id, "disconnected"));
  EXPECT_FALSE(accepted(pair.access_token));
  EXPECT_FALSE(refresh(pair.refresh_token));
  EXPECT_TRUE(grants_->list(ann_).value().empty());
}

TEST_F(Grants, RevokingAClientEndsCodesThatWaitToo) {
  const CodeExchange request = approve();
  EXPECT_EQ(grants_->revoke_client({ann_, true}, "client", "blocked").value(), 1);
  EXPECT_FALSE(grants_->exchange(request));
}

TEST_F(Grants, RevokingARefreshTokenRevokesItsFamily) {
  const TokenPair first = connect();
  grants_->revoke_token(first.access_token.reveal(), "other").value();
  EXPECT_TRUE(accepted(first.access_token)) << "not another client";
  grants_->revoke_token(first.access_token.reveal(), "client").value();
  EXPECT_FALSE(accepted(first.access_token));
  const auto second = refresh(first.refresh_token);
  ASSERT_TRUE(second);
  grants_->revoke_token(second->refresh_token.reveal(), "client").value();
  EXPECT_FALSE(accepted(second->access_token));
  EXPECT_TRUE(grants_->revoke_token("wick_oat_unknown", "client"));
}

TEST_F(Grants, DeactivatingAUserEndsTheGrants) {
  const TokenPair pair = connect();
  change_user("UPDATE users SET status = 'deactivated' WHERE id = $1");
  EXPECT_FALSE(accepted(pair.access_token));
  EXPECT_FALSE(refresh(pair.refresh_token));
}

TEST_F(Grants, ForAnotherResourceAreNotAccepted) {
  const TokenPair pair = connect();
  grants_.reset();
  index_ = std::make_unique<CredentialIndex>();
  grants_ = std::make_unique<GrantService>(*db_, *index_, clock_, "https://moved.example/mcp");
  grants_->start().value();
  EXPECT_FALSE(accepted(pair.access_token));
}

TEST_F(Grants, SurviveARestartAndPurgeKeepsWhatStillMatters) {
  const TokenPair first = connect();
  const auto second = refresh(first.refresh_token);
  grants_->purge().value();
  open();
  EXPECT_TRUE(accepted(first.access_token));
  const auto again = refresh(first.refresh_token);
  ASSERT_TRUE(again) << "the answer was lost in a crash: the same pair again";
  EXPECT_TRUE(same(*second, *again));
  clock_.advance(60);
  grants_->purge().value();
  EXPECT_FALSE(refresh(first.refresh_token));
  EXPECT_FALSE(accepted(second->access_token));
}

TEST_F(Grants, ExpiredAccessTokensLeaveTheIndexWhenThingsAreTidied) {
  connect();
  clock_.advance(1800);
  const TokenPair living = connect();
  EXPECT_EQ(index_->size(), 2U);
  clock_.advance(1900);
  grants_->purge().value();
  EXPECT_EQ(index_->size(), 1U);
  EXPECT_TRUE(accepted(living.access_token));
}

TEST_F(Grants, AUserHasALimitedNumberUntilSomeEnd) {
  for (int i = 0; i < kMaxGrantsPerUser; ++i) connect();
  const Approval approval{ann_,       "client", kRedirect, to_base64url(as_bytes(sha256(kVerifier))),
                          "mcp:read", kResource};
  const auto refused = grants_->approve(approval);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  grants_->revoke_all_of({ann_, false}, ann_, "too many").value();
  EXPECT_TRUE(grants_->approve(approval));
}

TEST_F(Grants, TokensKeptForAReplayAreDeletedAfterTheWindow) {
  const TokenPair first = connect();
  refresh(first.refresh_token).value();
  const auto waiting = [&] {
    std::int64_t count = -1;
    db_->read([&](Transaction& tx) {
         return tx.for_each("SELECT COUNT(*) FROM oauth_refresh_tokens WHERE replay IS NOT NULL", {},
                            [&](const SqlRow& row) { count = row.integer(0); });
       })
        .value();
    return count;
  };
  grants_->wipe_replays().value();
  EXPECT_EQ(waiting(), 1);
  clock_.advance(kDefaultReplaySeconds);
  grants_->wipe_replays().value();
  EXPECT_EQ(waiting(), 0);
}

TEST_F(Grants, IntrospectionKnowsLivingAccessTokensOnly) {
  const TokenPair pair = connect();
  const auto found = grants_->introspect(pair.access_token.reveal()).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->grant.client_id, "client");
  EXPECT_FALSE(grants_->introspect(pair.refresh_token.reveal()).value());
  clock_.advance(3600);
  EXPECT_FALSE(grants_->introspect(pair.access_token.reveal()).value());
}

}  // namespace
}  // namespace wick
