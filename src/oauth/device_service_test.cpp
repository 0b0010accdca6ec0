// Device codes: how they wait, are decided, polled for, and taken once.
#include "oauth/device_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <filesystem>
#include <thread>

#include "base/fixed_clock.h"
#include "db/schema.h"

namespace wick {
namespace {

class Devices : public testing::Test {
 protected:
  Devices() {
    std::string pattern = testing::TempDir() + "wick_devices_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    grants_ = std::make_unique<GrantService>(*db_, index_, clock_, "https://wick.example/mcp");
    grants_->start().value();
    devices_ = std::make_unique<DeviceService>(*db_, *grants_, clock_);
    ann_ = UserId::make();
    db_->write([&](Transaction& tx) -> Result<void> {
         auto done = tx.execute(
             "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', 'member', "
             "'active', 0)",
             {std::string_view(ann_.str())});
         if (!done) return fail(done.error());
         return tx.changed("user", ann_.str());
       })
        .value();
  }
  ~Devices() override {
    devices_.reset();
    grants_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  DeviceAuthorization start(const std::string& ip = "192.0.2.1") {
    return std::move(
        devices_->start({"", "wick-cli", "mcp:read", "https://wick.example/mcp", ip, "agent/1"}).value());
  }
  Approval approval() { return {ann_, "wick-cli", "", "", "mcp:read", "https://wick.example/mcp"}; }
  std::string poll(const DeviceAuthorization& device, std::string_view client = "wick-cli") {
    const auto tokens = devices_->poll(device.device_code.reveal(), client, "agent/1");
    return tokens ? "tokens" : tokens.error().code;
  }

  std::string folder_;
  FixedClock clock_;
  CredentialIndex index_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<GrantService> grants_;
  std::unique_ptr<DeviceService> devices_;
  UserId ann_;
};

TEST_F(Devices, ADeviceGetsTokensOnceAfterItsCodeWasApproved) {
  const auto device = start();
  EXPECT_EQ(device.user_code.size(), 9U);
  EXPECT_EQ(poll(device), "authorization_pending");
  std::string typed = device.user_code;
  for (char& c : typed) c = char(std::tolower(c));
  const auto request = devices_->find(" " + typed.substr(0, 4) + " " + typed.substr(5)).value();
  EXPECT_EQ(request.ip, "192.0.2.1");
  devices_->approve(request.digest, approval()).value();
  clock_.advance(5);
  const auto tokens = devices_->poll(device.device_code.reveal(), "wick-cli", "agent/1");
  ASSERT_TRUE(tokens);
  EXPECT_TRUE(index_.peek(sha256(tokens->access_token.reveal()), clock_.now()));
  clock_.advance(5);
  EXPECT_EQ(poll(device), "invalid_grant");
  EXPECT_FALSE(devices_->find(device.user_code));
}

TEST_F(Devices, ADecisionCountsOnce) {
  const auto device = start();
  const auto request = devices_->find(device.user_code).value();
  devices_->deny(request.digest).value();
  EXPECT_EQ(devices_->approve(request.digest, approval()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(poll(device), "access_denied");
  EXPECT_TRUE(grants_->list(ann_).value().empty());
}

TEST_F(Devices, ACodeIsOfOneClient) {
  const auto device = start();
  devices_->approve(devices_->find(device.user_code).value().digest, approval()).value();
  EXPECT_EQ(poll(device, "another"), "invalid_grant");
  clock_.advance(10);
  EXPECT_EQ(poll(device), "tokens");
}

TEST_F(Devices, PollingTooFastIsSlowedDownMoreEachTime) {
  const auto device = start();
  EXPECT_EQ(poll(device), "authorization_pending");
  clock_.advance(4);
  EXPECT_EQ(poll(device), "slow_down");
  clock_.advance(9);
  EXPECT_EQ(poll(device), "slow_down");
  clock_.advance(15);
  EXPECT_EQ(poll(device), "authorization_pending");
}

TEST_F(Devices, CodesEndAfterTenMinutes) {
  const auto device = start();
  const auto request = devices_->find(device.user_code).value();
  clock_.advance(600);
  EXPECT_EQ(poll(device), "expired_token");
  EXPECT_FALSE(devices_->find(device.user_code));
  EXPECT_FALSE(devices_->approve(request.digest, approval()));
}

TEST_F(Devices, AnApprovalThatNobodyFetchedLeavesNothing) {
  const auto device = start();
  devices_->approve(devices_->find(device.user_code).value().digest, approval()).value();
  clock_.advance(3 * 3600);
  grants_->purge().value();
  std::int64_t left = -1;
  db_->read([&](Transaction& tx) {
       return tx.for_each(
           "SELECT (SELECT COUNT(*) FROM oauth_grants) + (SELECT COUNT(*) FROM oauth_device_codes)", {},
           [&](const SqlRow& row) { left = row.integer(0); });
     })
      .value();
  EXPECT_EQ(left, 0);
}

TEST_F(Devices, OnlyOneOfManyConcurrentPollsGetsTokens) {
  const auto device = start();
  devices_->approve(devices_->find(device.user_code).value().digest, approval()).value();
  // A second service has not seen earlier polls, as another node would not have.
  constexpr int kThreads = 16;
  std::vector<std::unique_ptr<DeviceService>> nodes;
  for (int i = 0; i < kThreads; ++i) nodes.push_back(std::make_unique<DeviceService>(*db_, *grants_, clock_));
  std::barrier ready(kThreads);
  std::atomic<int> winners = 0, losers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      ready.arrive_and_wait();
      const auto tokens = nodes[std::size_t(i)]->poll(device.device_code.reveal(), "wick-cli", "agent/1");
      if (tokens) ++winners;
      if (!tokens && tokens.error().code == "invalid_grant") ++losers;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, kThreads - 1);
}

TEST_F(Devices, CodesAreLimitedByAddressAndHour) {
  for (int i = 0; i < kMaxDeviceCodesPerHour; ++i) start();
  const auto refused = devices_->start({"", "wick-cli", "mcp:read", "r", "192.0.2.1", "a"});
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  start("192.0.2.2");
  clock_.advance(3600);
  start();
}

}  // namespace
}  // namespace wick
