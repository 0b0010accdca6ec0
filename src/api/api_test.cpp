#include "api/api.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/rate_limiter.h"
#include "testing/api_fixture.h"

namespace wick {
namespace {

using api::Access;
using api::Context;
using api::Reply;

// The user who is signed in, and the body as it was read.
Result<Reply> show_request(Context& context) {
  json::object out;
  out["user"] = context.user == nullptr ? json::value(nullptr) : json::value(context.user->id.str());
  out["body"] = context.body;
  return Reply{200, std::move(out)};
}

class ApiAdmission : public testing::Test {
 protected:
  explicit ApiAdmission(SecondFactorPolicy policy = SecondFactorPolicy::kOff) : fixture(policy) {
    for (const char* method : {"GET", "POST"}) {
      fixture.api.route(method, "/public", Access::kPublic, show_request);
      fixture.api.route(method, "/enrolment", Access::kBeforeEnrolment, show_request);
      fixture.api.route(method, "/session", Access::kSession, show_request);
      fixture.api.route(method, "/admin", Access::kAdmin, show_request);
    }
    member = fixture.add_user("member@example.com");
    admin = fixture.add_user("admin@example.com", Role::kAdmin);
  }
  http::Response get(std::string target, std::string cookie = "") {
    return fixture.send({.target = std::move(target), .cookie = std::move(cookie)});
  }
  http::Response post(std::string body, std::string content_type = "application/json") {
    return fixture.send({.method = "POST",
                         .target = "/session",
                         .cookie = fixture.sign_in(member),
                         .body = std::move(body),
                         .content_type = std::move(content_type)});
  }

  ApiFixture fixture;
  UserId member, admin;
};

class ApiAdmissionWithRequiredSecondFactor : public ApiAdmission {
 protected:
  ApiAdmissionWithRequiredSecondFactor() : ApiAdmission(SecondFactorPolicy::kAdmins) {}
};

TEST_F(ApiAdmission, APublicRouteNeedsNoSession) {
  const auto response = get("/public");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(body_of(response).at("user").is_null());
}

TEST_F(ApiAdmission, ASessionIsLetInAsItsUser) {
  const auto response = get("/session", fixture.sign_in(member));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response).at("user").get_string(), member.str());
}

TEST_F(ApiAdmission, ARequestWithoutASessionIsRefused) {
  for (const char* target : {"/session", "/admin", "/enrolment"}) {
    const auto response = get(target);
    EXPECT_EQ(response.status, 401) << target;
    EXPECT_EQ(error_code_of(response), "unauthenticated") << target;
  }
}

TEST_F(ApiAdmission, ACookieOfNoSessionIsRefused) {
  const std::string cookie = fixture.sign_in(member);
  const auto response = get("/session", cookie.substr(0, cookie.find('=') + 1) + std::string(43, 'A'));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(error_code_of(response), "unauthenticated");
}

TEST_F(ApiAdmission, ASessionThatHasEndedIsRefused) {
  const std::string cookie = fixture.sign_in(member);
  ASSERT_EQ(get("/session", cookie).status, 200);
  fixture.sign_out(member);
  EXPECT_EQ(get("/session", cookie).status, 401);
}

TEST_F(ApiAdmission, ATokenCannotUseARouteOfSessions) {
  const auto response =
      fixture.send({.target = "/session", .fields = {{"Authorization", "Bearer wick_pat_0"}}});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(error_code_of(response), "session_required");
}

TEST_F(ApiAdmission, OnlyAdminsUseRoutesOfAdmins) {
  const auto refused = get("/admin", fixture.sign_in(member));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(error_code_of(refused), "forbidden");
  EXPECT_EQ(get("/admin", fixture.sign_in(admin)).status, 200);
}

TEST_F(ApiAdmission, AnAdminWhoIsDemotedIsRefusedAtTheNextRequest) {
  const UserId second = fixture.add_user("second@example.com", Role::kAdmin);
  const std::string cookie = fixture.sign_in(second);
  ASSERT_EQ(get("/admin", cookie).status, 200);
  UserPatch patch;
  patch.role = Role::kMember;
  ASSERT_TRUE(fixture.users.update(second.str(), patch));
  EXPECT_NE(get("/admin", cookie).status, 200);
}

TEST_F(ApiAdmissionWithRequiredSecondFactor, BeforeEnrolmentASessionIsLetIntoFewRoutes) {
  const std::string cookie = fixture.sign_in(admin);
  for (const char* target : {"/session", "/admin"}) {
    const auto refused = get(target, cookie);
    EXPECT_EQ(refused.status, 403) << target;
    EXPECT_EQ(error_code_of(refused), "policy") << target;
  }
  const auto response = get("/enrolment", cookie);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response).at("user").get_string(), admin.str());
  EXPECT_EQ(get("/session", fixture.sign_in(member)).status, 200);
}

TEST_F(ApiAdmission, AnotherHostIsRefused) {
  const auto response = fixture.send({.target = "/public", .host = "attacker.example"});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(error_code_of(response), "forbidden");
}

TEST_F(ApiAdmission, AChangeFromAnotherOriginIsRefusedAndAReadIsNot) {
  const std::string cookie = fixture.sign_in(member);
  for (const char* origin : {"https://attacker.example", ""}) {
    ApiRequest request{.method = "POST", .target = "/session", .cookie = cookie, .origin = origin};
    const auto refused = fixture.send(request);
    EXPECT_EQ(refused.status, 403) << origin;
    EXPECT_EQ(error_code_of(refused), "forbidden") << origin;
    request.method = "GET";
    EXPECT_EQ(fixture.send(request).status, 200) << origin;
  }
}

TEST_F(ApiAdmission, TheBodyIsReadAsAnObject) {
  const auto response = post(R"({"name":"laptop"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response).at("body").at("name").get_string(), "laptop");
  const auto with_charset = post("{}", "application/json; charset=utf-8");
  EXPECT_EQ(with_charset.status, 200);
}

TEST_F(ApiAdmission, AnAbsentBodyIsAnEmptyObject) {
  const auto response = post("");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(body_of(response).at("body").get_object().empty());
}

TEST_F(ApiAdmission, ABodyThatIsNoJsonObjectIsRefused) {
  for (const char* body : {"[]", "\"text\"", "null", "{", "{} {}"}) {
    const auto response = post(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(error_code_of(response), "invalid_argument") << body;
  }
}

TEST_F(ApiAdmission, ABodyOfAnotherTypeIsRefused) {
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    const auto response = post("{}", type);
    EXPECT_EQ(response.status, 415) << type;
    EXPECT_EQ(error_code_of(response), "unsupported_media_type") << type;
  }
}

TEST_F(ApiAdmission, AnErrorSaysItsCodeItsMessageAndTheRequest) {
  fixture.api.route("GET", "/busy", Access::kPublic, [](Context&) -> Result<Reply> {
    return fail(rate_limited("questions", std::chrono::seconds(90)));
  });
  const auto response = get("/busy");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.content_type, "application/json");
  const json::object body = body_of(response);
  const json::object& error = body.at("error").get_object();
  EXPECT_EQ(error.at("code").get_string(), "rate_limited");
  EXPECT_FALSE(error.at("message").get_string().empty());
  EXPECT_EQ(error.at("request_id").get_string(), "request-1");
  const std::pair<std::string, std::string> retry_after{"Retry-After", "90"},
      no_store{"Cache-Control", "no-store"};
  EXPECT_NE(std::find(response.headers.begin(), response.headers.end(), retry_after), response.headers.end());
  EXPECT_NE(std::find(response.headers.begin(), response.headers.end(), no_store), response.headers.end());
}

TEST_F(ApiAdmission, AHandlerThatWaitedAnswersNobodyWhoseSessionHasEndedMeanwhile) {
  fixture.api.route_waiting("POST", "/slow", Access::kSession,
                            [this](Context& context) -> http::Task<Result<Reply>> {
                              if (context.body.contains("end")) fixture.sign_out(member);
                              co_return Reply{200, json::object()};
                            });
  ApiRequest request{.method = "POST", .target = "/slow", .cookie = fixture.sign_in(member)};
  EXPECT_EQ(fixture.send(request).status, 200);
  request.body = R"({"end":true})";
  const auto response = fixture.send(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(error_code_of(response), "unauthenticated");
}

TEST_F(ApiAdmission, TheDescriptionOfTheApiIsPublic) {
  fixture.api.mount_document();
  const auto response = get("/openapi.json");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(body_of(response).contains("openapi"));
}

}  // namespace
}  // namespace wick
