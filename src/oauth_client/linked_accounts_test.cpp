// Stored accounts: sealed to user and connector, changed only by a caller with the latest version, deleted with their user.
#include "oauth_client/linked_accounts.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/fixed_clock.h"
#include "connectors/connector_store.h"
#include "db/schema.h"

namespace wick::upstream {
namespace {

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    std::string pattern = testing::TempDir() + "wick_accounts_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    accounts_ = std::make_unique<LinkedAccounts>(*db_, key_, clock_);
    for (const UserId& user : {ann_, bob_}) {
      run("INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', 'member', "
          "'active', 0)",
          user.str());
    }
    run("INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, created_at) "
        "VALUES ($1, 'mcp', 'L', '', '', '{}', '{}', 0, 0)",
        connector_.str());
  }
  ~AccountsTest() override {
    accounts_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  void run(std::string_view sql, const std::string& parameter) {
    db_->write([&](Transaction& tx) -> Result<void> {
         WICK_CHECK(tx.execute(sql, {std::string_view(parameter)}));
         return {};
       })
        .value();
  }
  static LinkedAccount oauth(const char* access, const char* refresh) {
    LinkedAccount account;
    account.requested_scope = "tools";
    account.issuer = "https://auth.example";
    UpstreamGrant& grant = account.grant.emplace();
    grant.access = Secret(access);
    grant.refresh = Secret(refresh);
    grant.resource = "https://mcp.example/mcp";
    grant.issuer = account.issuer;
    grant.revocation_endpoint = "https://auth.example/revoke";
    grant.client.id = "client";
    grant.client.secret = Secret("client secret");
    grant.client.method = "client_secret_basic";
    return account;
  }
  LinkedAccount found(const UserId& user) { return std::move(*accounts_->find(connector_, user).value()); }

  std::string folder_;
  FixedClock clock_;
  SealingKey key_ = SealingKey::from_hex_text(std::string(64, 'a')).value();
  std::unique_ptr<Database> db_;
  std::unique_ptr<LinkedAccounts> accounts_;
  const UserId ann_ = UserId::make(), bob_ = UserId::make();
  const ConnectorId connector_ = ConnectorId::make();
};

TEST_F(AccountsTest, StoresAndFindsAnAccount) {
  EXPECT_FALSE(accounts_->find(connector_, ann_).value());
  accounts_->put(connector_, ann_, oauth("at", "rt")).value();
  const LinkedAccount account = found(ann_);
  EXPECT_EQ(account.grant->access.reveal(), "at");
  EXPECT_EQ(account.grant->refresh.reveal(), "rt");
  EXPECT_EQ(account.grant->client.secret.reveal(), "client secret");
  EXPECT_EQ(account.grant->client.method, "client_secret_basic");
  EXPECT_EQ(account.requested_scope, "tools");
  EXPECT_EQ(account.connected_at, clock_.now());
  EXPECT_EQ(accounts_->count(connector_).value(), 1);
}

TEST_F(AccountsTest, ACredentialMovedToAnotherUserDoesNotOpen) {
  accounts_->put(connector_, ann_, oauth("at of ann", "rt")).value();
  accounts_->put(connector_, bob_, oauth("at of bob", "rt")).value();
  run("UPDATE upstream_accounts SET credential = (SELECT credential FROM upstream_accounts WHERE user_id = "
      "$1)",
      ann_.str());
  EXPECT_TRUE(found(ann_).grant);
  EXPECT_FALSE(found(bob_).grant);
}

TEST_F(AccountsTest, ALateRefreshOverwritesNothing) {
  accounts_->put(connector_, ann_, oauth("first", "rt")).value();
  LinkedAccount late = found(ann_);
  // Connected again meanwhile, and within the clock's same tick.
  accounts_->put(connector_, ann_, oauth("second", "rt")).value();
  late.grant->access = Secret("late");
  EXPECT_FALSE(accounts_->update(connector_, ann_, late).value());
  EXPECT_FALSE(accounts_->drop_grant(connector_, ann_, late.version).value());
  EXPECT_EQ(found(ann_).grant->access.reveal(), "second");
  LinkedAccount current = found(ann_);
  current.grant->access = Secret("renewed");
  EXPECT_TRUE(accounts_->update(connector_, ann_, current).value());
  EXPECT_FALSE(accounts_->update(connector_, ann_, current).value()) << "each change is another version";
}

TEST_F(AccountsTest, ARefreshAfterDisconnectingBringsNothingBack) {
  accounts_->put(connector_, ann_, oauth("first", "rt")).value();
  const LinkedAccount late = found(ann_);
  EXPECT_TRUE(accounts_->remove(connector_, ann_).value());
  EXPECT_FALSE(accounts_->update(connector_, ann_, late).value());
  clock_.advance(1);
  accounts_->put(connector_, ann_, oauth("second", "rt")).value();
  EXPECT_FALSE(accounts_->update(connector_, ann_, late).value());
  EXPECT_EQ(found(ann_).grant->access.reveal(), "second");
}

TEST_F(AccountsTest, AnEndedAccountHasNoCredential) {
  accounts_->put(connector_, ann_, oauth("at", "rt")).value();
  EXPECT_TRUE(accounts_->drop_grant(connector_, ann_, found(ann_).version).value());
  EXPECT_FALSE(found(ann_).grant);
  EXPECT_TRUE(found(ann_).refused);
  EXPECT_EQ(accounts_->count(connector_).value(), 0);
}

TEST_F(AccountsTest, ARevocationIsTakenOnceAPauseAndGivenUpInTheEnd) {
  accounts_->put(connector_, ann_, oauth("at", "rt")).value();
  EXPECT_FALSE(accounts_->take_revocation().value());
  EXPECT_TRUE(accounts_->remove(connector_, ann_).value());
  EXPECT_FALSE(accounts_->remove(connector_, ann_).value());
  for (int attempt = 1; attempt <= kMaxRevocationAttempts; ++attempt) {
    const auto taken = accounts_->take_revocation().value();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->row.attempts, attempt);
    EXPECT_EQ(taken->grant.refresh.reveal(), "rt");
    EXPECT_FALSE(accounts_->take_revocation().value()) << "nobody else is given it at the same time";
    clock_.advance(to_micros(kRevocationPause) / kMicrosPerSecond + 1);
    if (attempt == kMaxRevocationAttempts) accounts_->finish_revocation(*taken).value();
  }
  EXPECT_FALSE(accounts_->take_revocation().value());
}

TEST_F(AccountsTest, ADeletedConnectorLeavesRevocationsAndNoKeys) {
  accounts_->put(connector_, ann_, oauth("at", "rt")).value();
  LinkedAccount key = oauth("pasted", "");
  key.kind = LinkedAccountKind::kKey;
  accounts_->put(connector_, bob_, key).value();
  db_->write([&](Transaction& tx) -> Result<void> {
       WICK_CHECK(connector_store::remove(tx, connector_.str()));
       return {};
     })
      .value();
  EXPECT_FALSE(accounts_->find(connector_, ann_).value());
  EXPECT_FALSE(accounts_->find(connector_, bob_).value());
  const auto taken = accounts_->take_revocation().value();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->row.user, ann_.str());
  EXPECT_FALSE(accounts_->take_revocation().value());
}

}  // namespace
}  // namespace wick::upstream
