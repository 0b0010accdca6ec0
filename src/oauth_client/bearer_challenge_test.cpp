#include "oauth_client/bearer_challenge.h"

#include <gmock/gmock.h>

namespace wick::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ChallengeTest, ReadsQuotedAndPlainParametersInAnyOrderAndCase) {
  const BearerChallenge challenge = parse_challenge(
      R"(bearer SCOPE="files:read files:write",error=insufficient_scope , resource_metadata = "https://a.example/m?x=\"1\"")");
  EXPECT_TRUE(challenge.bearer);
  EXPECT_EQ(challenge.scope, "files:read files:write");
  EXPECT_EQ(challenge.error, "insufficient_scope");
  EXPECT_EQ(challenge.resource_metadata, R"(https://a.example/m?x="1")");
}

TEST(ChallengeTest, TakesTheBearerChallengeAmongOthers) {
  const BearerChallenge challenge = parse_challenge(
      R"(Negotiate abc==, DPoP scope="dpop", Bearer realm="x, y", scope="mine", Basic realm="z", scope="other")");
  EXPECT_TRUE(challenge.bearer);
  EXPECT_EQ(challenge.scope, "mine");
}

TEST(ChallengeTest, ABareSchemeIsAChallengeToo) {
  EXPECT_TRUE(parse_challenge("Bearer").bearer);
  EXPECT_FALSE(parse_challenge("Basic realm=\"x\"").bearer);
  EXPECT_FALSE(parse_challenge("").bearer);
}

TEST(ChallengeTest, MalformedOnesAreReadWithoutHarm) {
  for (const char* text : {"Bearer scope=\"never ends", "Bearer scope=", "Bearer ====,,, \"", "=", "\"",
                           "\x01\xff", "Bearer scope=\"a\nb\"", "Bearer scope=\"a\\\""}) {
    EXPECT_EQ(parse_challenge(text).scope, "") << text;
  }
}

TEST(ScopesTest, AreSetsWithTheOrderOfTheFirst) {
  EXPECT_THAT(scopes_of("b  a b"), ElementsAre("b", "a"));
  EXPECT_EQ(scope_union("b a", "a c"), "b a c");
  EXPECT_EQ(scope_union("", "c"), "c");
  const std::string most(kMaxScopeBytes, 'a');
  EXPECT_EQ(scope_union(most, "b"), most);
  EXPECT_TRUE(scope_within("", "a"));
  EXPECT_TRUE(scope_within("a", "b a"));
  EXPECT_FALSE(scope_within("a c", "b a"));
}

TEST(ScopesTest, AnInvalidScopeInvalidatesTheList) {
  EXPECT_THAT(scopes_of("a b\tc"), IsEmpty());
  EXPECT_THAT(scopes_of("a \"b\""), IsEmpty());
  EXPECT_THAT(scopes_of(std::string(kMaxScopeBytes + 1, 'a')), IsEmpty());
}

}  // namespace
}  // namespace wick::upstream
