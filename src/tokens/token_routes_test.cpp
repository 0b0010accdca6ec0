#include "tokens/token_routes.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "http/idempotency_keys.h"
#include "testing/api_fixture.h"
#include "tokens/token_service.h"

namespace wick {
namespace {

class TokenRoutes : public testing::Test {
 protected:
  TokenRoutes() {
    tokens.start().value();
    mount_tokens(fixture.api, {.tokens = tokens,
                               .runs = fixture.runs,
                               .idempotency_keys = idempotency_keys,
                               .clock = fixture.clock});
    ann = fixture.sign_in(fixture.add_user("ann@example.com"));
    bob = fixture.sign_in(fixture.add_user("bob@example.com"));
    admin = fixture.sign_in(fixture.add_user("admin@example.com", Role::kAdmin));
  }
  http::Response get(const std::string& cookie, std::string target) {
    return fixture.send({.target = std::move(target), .cookie = cookie});
  }
  http::Response post(const std::string& cookie, std::string target, std::string body,
                      const std::string& idempotency_key = "") {
    return fixture.send({.method = "POST",
                         .target = std::move(target),
                         .cookie = cookie,
                         .body = std::move(body),
                         .fields = {{"Idempotency-Key", idempotency_key}}});
  }
  http::Response remove(const std::string& cookie, std::string target) {
    return fixture.send({.method = "DELETE", .target = std::move(target), .cookie = cookie});
  }
  // The id of a new token.
  std::string create(const std::string& cookie, const std::string& name) {
    const auto response = post(cookie, "/tokens", R"({"name":")" + name + R"("})");
    EXPECT_EQ(response.status, 201) << response.bytes();
    const json::object body = body_of(response);
    return std::string(std::string_view(body.at("token").at("id").get_string()));
  }
  std::size_t count(const std::string& cookie, std::string target) {
    const auto response = get(cookie, std::move(target));
    EXPECT_EQ(response.status, 200) << response.bytes();
    const json::object body = body_of(response);
    return body.at("items").get_array().size();
  }
  bool accepts(std::string_view plaintext) {
    return index.find(sha256(plaintext), fixture.clock.now(), "192.0.2.1", "test/1").has_value();
  }

  ApiFixture fixture;
  CredentialIndex index;
  TokenService tokens{*fixture.db, index, fixture.clock};
  http::IdempotencyKeys idempotency_keys{fixture.clock};
  std::string ann, bob, admin;  // cookies
};

TEST_F(TokenRoutes, CreatingATokenShowsItsPlaintextOnce) {
  const auto response = post(ann, "/tokens", R"({"name":"laptop","description":"at home"})");
  ASSERT_EQ(response.status, 201) << response.bytes();
  const json::object made = body_of(response);
  const std::string plaintext(std::string_view(made.at("plaintext").get_string()));
  EXPECT_TRUE(accepts(plaintext));
  EXPECT_EQ(made.at("token").at("name").get_string(), "laptop");
  EXPECT_EQ(made.at("token").at("status").get_string(), "active");
  const auto listed = get(ann, "/tokens");
  EXPECT_EQ(listed.status, 200);
  EXPECT_EQ(listed.bytes().find(plaintext), std::string_view::npos);
  EXPECT_NE(listed.bytes().find("at home"), std::string_view::npos);
}

TEST_F(TokenRoutes, ATokenNeedsANameAndKnownFieldsOnly) {
  for (const char* body : {"{}", R"({"name":""})", R"({"name":1})", R"({"name":"a","owner":"b"})",
                           R"({"name":"a","tools":"some"})"}) {
    const auto response = post(ann, "/tokens", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(error_code_of(response), "invalid_argument") << body;
  }
  EXPECT_EQ(count(ann, "/tokens"), 0U);
}

TEST_F(TokenRoutes, TheSameIdempotencyKeyMakesOneToken) {
  ASSERT_EQ(post(ann, "/tokens", R"({"name":"laptop"})", "key-1").status, 201);
  const auto again = post(ann, "/tokens", R"({"name":"laptop"})", "key-1");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(error_code_of(again), "conflict");
  EXPECT_EQ(count(ann, "/tokens"), 1U);
}

TEST_F(TokenRoutes, AUserListsTheirOwnTokensOnly) {
  create(ann, "laptop");
  create(ann, "phone");
  create(bob, "desk");
  EXPECT_EQ(count(ann, "/tokens"), 2U);
  EXPECT_EQ(count(ann, "/tokens?query=phone"), 1U);
  EXPECT_EQ(count(bob, "/tokens"), 1U);
  EXPECT_EQ(count(admin, "/tokens"), 0U);
  EXPECT_EQ(count(admin, "/admin/tokens"), 3U);
  EXPECT_EQ(get(ann, "/admin/tokens").status, 403);
}

TEST_F(TokenRoutes, ARevokedTokenIsAcceptedNoMoreAndIsListedAsInactive) {
  const json::object made = body_of(post(ann, "/tokens", R"({"name":"laptop"})"));
  const std::string id(std::string_view(made.at("token").at("id").get_string()));
  const std::string plaintext(std::string_view(made.at("plaintext").get_string()));
  ASSERT_TRUE(accepts(plaintext));
  const auto revoked = remove(ann, "/tokens/" + id);
  EXPECT_EQ(revoked.status, 204);
  EXPECT_TRUE(revoked.bytes().empty());
  EXPECT_FALSE(accepts(plaintext));
  EXPECT_EQ(count(ann, "/tokens?status=active"), 0U);
  EXPECT_EQ(count(ann, "/tokens?status=inactive"), 1U);
  const json::object shown = body_of(get(ann, "/tokens/" + id));
  EXPECT_EQ(shown.at("status").get_string(), "revoked");
  EXPECT_EQ(shown.at("revoked").at("reason").get_string(), "revoked by the owner");
  EXPECT_EQ(remove(ann, "/tokens/" + id).status, 404);
}

TEST_F(TokenRoutes, ATokenOfAnotherUserDoesNotExistForAMember) {
  const std::string id = create(ann, "laptop");
  EXPECT_EQ(get(bob, "/tokens/" + id).status, 404);
  EXPECT_EQ(remove(bob, "/tokens/" + id).status, 404);
  EXPECT_EQ(post(bob, "/tokens/" + id + "/rotate", "{}").status, 404);
  EXPECT_EQ(count(ann, "/tokens?status=active"), 1U);
}

TEST_F(TokenRoutes, AnAdminRevokesAnyTokenAndSaysWhy) {
  const std::string id = create(ann, "laptop");
  EXPECT_EQ(remove(bob, "/admin/tokens/" + id).status, 403);
  EXPECT_EQ(remove(admin, "/admin/tokens/" + id + "?reason=lost").status, 204);
  const json::object shown = body_of(get(ann, "/tokens/" + id));
  EXPECT_EQ(shown.at("revoked").at("reason").get_string(), "lost");
}

TEST_F(TokenRoutes, ARotatedTokenGivesWayToTheNewOne) {
  const json::object made = body_of(post(ann, "/tokens", R"({"name":"laptop"})"));
  const std::string id(std::string_view(made.at("token").at("id").get_string()));
  const auto rotated = post(ann, "/tokens/" + id + "/rotate", "{}");
  ASSERT_EQ(rotated.status, 201) << rotated.bytes();
  const json::object renewed = body_of(rotated);
  EXPECT_FALSE(accepts(std::string_view(made.at("plaintext").get_string())));
  EXPECT_TRUE(accepts(std::string_view(renewed.at("plaintext").get_string())));
  EXPECT_EQ(post(ann, "/tokens/" + id + "/rotate", R"({"overlap_hours":-1})").status, 400);
}

}  // namespace
}  // namespace wick
