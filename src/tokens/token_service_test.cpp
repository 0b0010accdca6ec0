#include "tokens/token_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/fixed_clock.h"
#include "db/schema.h"

namespace wick {
namespace {

class Service : public testing::Test {
 protected:
  Service() {
    std::string pattern = testing::TempDir() + "wick_tokens_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    restart();
    ann_ = add_user();
    bob_ = add_user();
  }
  ~Service() override {
    service_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  void restart() {
    service_.reset();
    index_ = std::make_unique<CredentialIndex>();
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    service_ = std::make_unique<TokenService>(*db_, *index_, clock_);
    service_->start().value();
  }
  UserId add_user() {
    const UserId id = UserId::make();
    set_user(
        "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', 'member', "
        "'active', 0)",
        id);
    return id;
  }
  void set_user(std::string_view sql, const UserId& id) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, {std::string_view(id.str())}); !done) return fail(done.error());
         return tx.changed("user", id.str());
       })
        .value();
  }
  bool accepted(std::string_view plaintext) {
    return index_->find(sha256(plaintext), clock_.now(), "192.0.2.1", "test/1").has_value();
  }

  std::string folder_;
  FixedClock clock_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<CredentialIndex> index_;
  std::unique_ptr<TokenService> service_;
  UserId ann_, bob_;
};

TEST_F(Service, AMintedTokenHasTheSeedsFormAndIsAcceptedAtOnce) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  ASSERT_TRUE(minted);
  EXPECT_TRUE(has_pat_form(minted->plaintext.reveal()));
  EXPECT_TRUE(minted->plaintext.reveal().ends_with(minted->token.last4));
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
}

TEST_F(Service, ADescriptionIsOneLineUnderTheRulesOfNamesAndIsKeptByARotation) {
  MintRequest request{"laptop", ToolSurface::kAuto, {}};
  for (const std::string& refused :
       {std::string("two\nlines"), std::string("left \u202E right"), std::string("bell \a"),
        std::string("\xFF"), std::string(kMaxTokenDescriptionBytes + 1, 'x')}) {
    request.description = refused;
    const auto minted = service_->mint(ann_, request);
    ASSERT_FALSE(minted) << refused;
    EXPECT_EQ(minted.error().code, ErrorCode::kInvalidArgument);
  }
  request.description = " nightly builds ";
  const auto minted = service_->mint(ann_, request);
  ASSERT_TRUE(minted);
  EXPECT_EQ(service_->get({ann_, false}, minted->token.id)->description, "nightly builds");
  const auto rotated = service_->rotate({ann_, false}, minted->token.id, std::chrono::hours(0));
  EXPECT_EQ(service_->list(ann_, true)->at(0).description, "nightly builds");
  EXPECT_TRUE(is_found_by(rotated->token, "NIGHTLY"));
  EXPECT_TRUE(is_found_by(rotated->token, "lap"));
  EXPECT_TRUE(is_found_by(rotated->token, rotated->token.last4));
  EXPECT_FALSE(is_found_by(rotated->token, "daily"));
}

TEST_F(Service, ThePlaintextIsInNoFileOfTheDataFolder) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(content.find(minted->plaintext.reveal().substr(9)), std::string::npos) << file.path();
  }
}

TEST_F(Service, ARevokedTokenIsRefusedOnTheVeryNextLookupAndAfterARestart) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  const std::string plaintext(minted->plaintext.reveal());
  ASSERT_TRUE(service_->revoke({ann_, false}, minted->token.id, "by hand"));
  EXPECT_FALSE(accepted(plaintext));
  EXPECT_EQ(service_->revoke({ann_, false}, minted->token.id, "again").error().code, ErrorCode::kNotFound);
  restart();
  EXPECT_FALSE(accepted(plaintext));
  EXPECT_EQ(service_->get({ann_, false}, minted->token.id)->status(clock_.now()), TokenStatus::kRevoked);
}

TEST_F(Service, ALivingTokenIsAcceptedAfterARestart) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  restart();
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
}

TEST_F(Service, AMemberCannotSeeOrRevokeAnothersTokenAndAnAdminCan) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  EXPECT_EQ(service_->get({bob_, false}, minted->token.id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(service_->revoke({bob_, false}, minted->token.id, "").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
  EXPECT_TRUE(service_->revoke({bob_, true}, minted->token.id, "admin"));
  EXPECT_FALSE(accepted(minted->plaintext.reveal()));
}

TEST_F(Service, DeactivatingTheUserKillsEveryTokenAndReactivatingRevivesNothingRevoked) {
  const auto one = service_->mint(ann_, {"one", ToolSurface::kAuto, {}});
  const auto other = service_->mint(bob_, {"other", ToolSurface::kAuto, {}});
  set_user("UPDATE users SET status = 'deactivated' WHERE id = $1", ann_);
  EXPECT_FALSE(accepted(one->plaintext.reveal()));
  EXPECT_TRUE(accepted(other->plaintext.reveal()));
  EXPECT_EQ(service_->mint(ann_, {"two", ToolSurface::kAuto, {}}).error().code, ErrorCode::kNotFound);
}

TEST_F(Service, ATokenEndsAtItsExpiry) {
  const auto minted =
      service_->mint(ann_, {"week", ToolSurface::kAuto, clock_.now() + 60 * kMicrosPerSecond});
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
  clock_.time += 60 * kMicrosPerSecond;
  EXPECT_FALSE(accepted(minted->plaintext.reveal()));
}

TEST_F(Service, RotationKeepsTheNameAndEndsTheOldOneAfterTheOverlap) {
  const auto old = service_->mint(ann_, {"ci", ToolSurface::kMeta, {}});
  const auto fresh = service_->rotate({ann_, false}, old->token.id, std::chrono::hours(1));
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->token.name, "ci");
  EXPECT_EQ(fresh->token.tools, ToolSurface::kMeta);
  EXPECT_TRUE(accepted(old->plaintext.reveal()));
  clock_.time += 3600 * kMicrosPerSecond;
  EXPECT_FALSE(accepted(old->plaintext.reveal()));
  EXPECT_TRUE(accepted(fresh->plaintext.reveal()));
  const auto last = service_->rotate({ann_, false}, fresh->token.id, std::chrono::hours(0));
  EXPECT_FALSE(accepted(fresh->plaintext.reveal()));
  EXPECT_TRUE(accepted(last->plaintext.reveal()));
  EXPECT_FALSE(service_->rotate({ann_, false}, last->token.id, std::chrono::hours(73)));
}

TEST_F(Service, BadNamesAreRefusedWithWhatToDo) {
  EXPECT_FALSE(service_->mint(ann_, {"  ", ToolSurface::kAuto, {}}));
  EXPECT_FALSE(service_->mint(ann_, {std::string(101, 'x'), ToolSurface::kAuto, {}}));
  EXPECT_FALSE(service_->mint(ann_, {"\xff", ToolSurface::kAuto, {}}));
}

TEST_F(Service, LastUseIsKeptToTheMinuteWithAddressAndClient) {
  const auto minted = service_->mint(ann_, {"laptop", ToolSurface::kAuto, {}});
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
  EXPECT_TRUE(accepted(minted->plaintext.reveal()));
  ASSERT_TRUE(service_->flush_last_uses());
  EXPECT_TRUE(index_->unwritten_uses(CredentialKind::kPat).empty());
  const auto token = service_->get({ann_, false}, minted->token.id);
  EXPECT_EQ(token->last_used_at, clock_.now());
  EXPECT_EQ(token->last_ip, "192.0.2.1");
  EXPECT_EQ(token->last_user_agent, "test/1");
}

TEST_F(Service, NoThreadFindsATokenAfterItsRevocationWasAnswered) {
  constexpr int kReaders = 4;
  std::vector<std::string> plaintexts;
  std::vector<TokenId> ids;
  for (int i = 0; i < 40; ++i) {
    const auto minted = service_->mint(ann_, {"t", ToolSurface::kAuto, {}});
    plaintexts.emplace_back(minted->plaintext.reveal());
    ids.push_back(minted->token.id);
  }
  std::atomic<int> answered = 0;  // tokens below this position have been revoked and answered
  std::atomic<int> violations = 0;
  std::vector<std::jthread> readers;
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&] {
      while (answered.load() < int(ids.size())) {
        for (std::size_t i = 0; i < plaintexts.size(); ++i) {
          const bool dead = int(i) < answered.load();
          if (accepted(plaintexts[i]) && dead) ++violations;
        }
      }
    });
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ASSERT_TRUE(service_->revoke({ann_, false}, ids[i], "race"));
    answered.store(int(i) + 1);
  }
  readers.clear();
  EXPECT_EQ(violations.load(), 0);
  EXPECT_EQ(index_->size(), 0U);
}

TEST(CredentialIndexMemory, AHundredThousandTokensTakeLessThanAHundredBytesEach) {
  CredentialIndex index;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    index.put(sha256(std::to_string(i)),
              {TokenId::make(), UserId::make(), CredentialKind::kPat, ToolSurface::kAuto, 0});
  }
  EXPECT_EQ(index.size(), 100'000U);
  EXPECT_LT(double(index.memory_bytes()) / 100'000, 100.0);
  for (std::uint32_t i = 0; i < 100'000; ++i) index.erase(sha256(std::to_string(i)));
  EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace wick
