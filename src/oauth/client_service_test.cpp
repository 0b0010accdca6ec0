// Apps: who may be registered, for how long, and how they prove who they are; and requests that wait for a
// decision.
#include "oauth/client_service.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/fixed_clock.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "db/schema.h"
#include "oauth/authorization_service.h"

namespace wick {
namespace {

constexpr const char* kResource = "https://wick.example/mcp";

class Clients : public testing::Test {
 protected:
  Clients() {
    std::string pattern = testing::TempDir() + "wick_clients_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    clients_ = std::make_unique<ClientService>(*db_, clock_);
    grants_ = std::make_unique<GrantService>(*db_, index_, clock_, kResource);
    grants_->start().value();
    devices_ = std::make_unique<DeviceService>(*db_, *grants_, clock_);
    requests_ = std::make_unique<AuthorizationService>(
        AuthorizationService::Dependencies{.db = *db_,
                                           .clients = *clients_,
                                           .grants = *grants_,
                                           .devices = *devices_,
                                           .clock = clock_,
                                           .issuer = "https://wick.example",
                                           .resource = kResource});
    execute(
        "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', 'member', "
        "'active', 0)",
        ann_.str());
  }
  ~Clients() override {
    requests_.reset();
    devices_.reset();
    grants_.reset();
    clients_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }
  void execute(std::string_view sql, const std::string& parameter) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, {std::string_view(parameter)}); !done) return fail(done.error());
         return {};
       })
        .value();
  }
  json::object metadata(const std::string& name) {
    json::object out;
    out["client_name"] = name;
    out["redirect_uris"] = json::array{"http://localhost/callback"};
    return out;
  }
  Result<OAuthClient> add(const std::string& name, const std::string& ip = "192.0.2.1") {
    return clients_->register_client(metadata(name), ip);
  }
  std::set<std::string> known() {
    const auto listed = clients_->list();
    std::set<std::string> names;
    for (const OAuthClient& client : *listed) names.insert(client.metadata.name);
    names.erase("Wick command line");
    return names;
  }
  void connect(const std::string& client_id) {
    const std::string verifier(43, 'v');
    const Secret code = std::move(grants_
                                      ->approve({ann_, client_id, "http://localhost/callback",
                                                 to_challenge(verifier), "mcp:read", kResource})
                                      .value());
    grants_
        ->exchange(
            {std::string(code.reveal()), client_id, "http://localhost/callback", verifier, kResource, "a"})
        .value();
  }
  static std::string to_challenge(const std::string& verifier);

  std::string folder_;
  FixedClock clock_;
  CredentialIndex index_;
  UserId ann_ = UserId::make();
  std::unique_ptr<Database> db_;
  std::unique_ptr<ClientService> clients_;
  std::unique_ptr<GrantService> grants_;
  std::unique_ptr<DeviceService> devices_;
  std::unique_ptr<AuthorizationService> requests_;
};

std::string Clients::to_challenge(const std::string& verifier) {
  return to_base64url(as_bytes(sha256(verifier)));
}

TEST_F(Clients, RegistrationsThatNobodyUsesGoAfterADayAndUsedOnesStay) {
  const auto used = add("used").value();
  add("unused").value();
  const auto blocked = add("blocked").value();
  clients_->set_blocked(blocked.id, true).value();
  clients_->create({"by hand", {"https://x.example/cb"}}).value();
  json::object document = metadata("document");
  document["client_id"] = "https://app.example/client.json";
  clients_->keep_document("https://app.example/client.json", document, std::chrono::seconds(0)).value();
  connect(used.id);
  clock_.advance(86'399);
  clients_->purge().value();
  EXPECT_EQ(known(), (std::set<std::string>{"used", "unused", "blocked", "by hand", "document"}));
  clock_.advance(1);
  clients_->purge().value();
  EXPECT_EQ(known(), (std::set<std::string>{"used", "blocked", "by hand"}));
  EXPECT_TRUE(clients_->get("wick-cli"));
  // A disconnected app stays registered for a month.
  grants_->revoke_client({ann_, true}, used.id, "").value();
  clock_.advance(30 * 86'400 - 1);
  clients_->purge().value();
  EXPECT_TRUE(known().contains("used"));
  clock_.advance(1);
  clients_->purge().value();
  EXPECT_FALSE(known().contains("used"));
}

TEST_F(Clients, ABlockedAppCannotRegisterAgain) {
  const auto client = add("nuisance").value();
  EXPECT_EQ(add("nuisance", "192.0.2.2").value().id, client.id);
  clients_->set_blocked(client.id, true).value();
  EXPECT_EQ(add("nuisance", "192.0.2.2").error().code, ErrorCode::kForbidden);
  clients_->set_blocked(client.id, false).value();
  EXPECT_EQ(add("nuisance").value().id, client.id);
}

TEST_F(Clients, RegistrationsAreLimitedByAddressAndHour) {
  const int most = clients_->policy().registrations_per_hour;
  for (int i = 0; i < most; ++i) add("app " + std::to_string(i)).value();
  const auto refused = add("one more");
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(3600 / most));
  EXPECT_TRUE(add("app 0")) << "what is known already is no new one";
  EXPECT_TRUE(add("one more", "192.0.2.2"));
  clock_.advance(3600);
  EXPECT_TRUE(add("another"));
}

TEST_F(Clients, AFullTableMakesRoomByRemovingTheOldestThatNobodyUses) {
  execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO "
      "oauth_clients "
      "(id, source, metadata, metadata_digest, blocked, created_at, ip) SELECT 'c' || i, 'registered', $1, "
      "'d' || i, 0, 0, '' FROM n",
      R"({"client_name":"x","redirect_uris":["https://x.example/"],"grant_types":["authorization_code"]})");
  static_assert(kMaxRegisteredClients == 10'000);
  EXPECT_TRUE(add("one too many"));
  EXPECT_EQ(clients_->get("c1").error().code, ErrorCode::kNotFound);
  execute("UPDATE oauth_clients SET blocked = 1 WHERE source = $1", "registered");
  EXPECT_EQ(add("two too many").error().code, ErrorCode::kLimit) << "what is blocked or used stays";
  EXPECT_TRUE(clients_->create({"by hand", {"https://x.example/cb"}})) << "an admin still can";
}

TEST_F(Clients, RefusesMetadataAboveTheLimits) {
  EXPECT_TRUE(add(std::string(kMaxClientNameBytes, 'x')));
  EXPECT_EQ(add(std::string(kMaxClientNameBytes + 1, 'x')).error().code, ErrorCode::kInvalidArgument);
  json::object many = metadata("many");
  json::array uris;
  for (std::size_t i = 0; i < kMaxRedirectUris; ++i)
    uris.push_back(json::string("https://x.example/" + std::to_string(i)));
  many["redirect_uris"] = uris;
  EXPECT_TRUE(clients_->register_client(many, "192.0.2.1"));
  uris.push_back(json::string("https://x.example/more"));
  many["redirect_uris"] = uris;
  EXPECT_EQ(clients_->register_client(many, "192.0.2.1").error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(is_metadata_document_id("https://x.example/" + std::string(kMaxClientIdBytes - 18, 'x')));
  EXPECT_FALSE(is_metadata_document_id("https://x.example/" + std::string(kMaxClientIdBytes - 17, 'x')));
}

TEST_F(Clients, AnAppThatSaysWhatItIsHasRedirectUrisThatFit) {
  json::object native = metadata("native");
  native["application_type"] = "native";
  const auto kept = clients_->register_client(native, "192.0.2.1").value();
  EXPECT_EQ(client_metadata_json(kept.metadata).at("application_type"), "native");
  json::object web = metadata("web");
  web["application_type"] = "web";
  EXPECT_EQ(clients_->register_client(web, "192.0.2.1").error().code, ErrorCode::kInvalidArgument);
  web["redirect_uris"] = json::array{"https://app.example/cb"};
  EXPECT_TRUE(clients_->register_client(web, "192.0.2.1"));
  web["application_type"] = "toaster";
  EXPECT_EQ(clients_->register_client(web, "192.0.2.1").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Clients, AClientWithASecretIsNobodyWithoutIt) {
  const auto made = clients_->create({"backend", {"https://x.example/cb"}, true}).value();
  EXPECT_TRUE(clients_->authenticate(made.client.id, made.secret.reveal()));
  EXPECT_FALSE(clients_->authenticate(made.client.id, ""));
  EXPECT_FALSE(clients_->authenticate(made.client.id, std::string(made.secret.reveal()) + "0"));
  const auto next = clients_->replace_secret(made.client.id).value();
  EXPECT_FALSE(clients_->authenticate(made.client.id, made.secret.reveal()));
  EXPECT_TRUE(clients_->authenticate(made.client.id, next.secret.reveal()));
  const auto open = add("public").value();
  EXPECT_TRUE(clients_->authenticate(open.id, ""));
  EXPECT_FALSE(clients_->authenticate(open.id, "guess"));
  EXPECT_FALSE(clients_->authenticate("nobody", ""));
}

TEST_F(Clients, PendingRequestsExpireAndAreLimitedBySession) {
  const auto client = add("app").value();
  const SessionId mine = SessionId::make(), other = SessionId::make();
  AuthorizationRequest request;
  request.client_id = client.id;
  request.redirect_uri = "http://localhost/callback";
  const Secret first = std::move(requests_->keep(request, mine, ann_).value());
  EXPECT_TRUE(requests_->find(first.reveal(), mine, ann_));
  EXPECT_TRUE(requests_->find(first.reveal(), mine, ann_)) << "any number of times";
  EXPECT_FALSE(requests_->find(first.reveal(), other, ann_));
  EXPECT_FALSE(requests_->find(first.reveal(), mine, UserId::make()));
  clock_.advance(1);
  const Secret others = std::move(requests_->keep(request, other, ann_).value());
  for (std::int64_t i = 0; i < kMaxRequestsPerSession; ++i) requests_->keep(request, mine, ann_).value();
  EXPECT_FALSE(requests_->find(first.reveal(), mine, ann_)) << "the oldest goes first";
  EXPECT_TRUE(requests_->find(others.reveal(), other, ann_));
  clock_.advance(15 * 60);
  EXPECT_FALSE(requests_->find(others.reveal(), other, ann_));
}

}  // namespace
}  // namespace wick
