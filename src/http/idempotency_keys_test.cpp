#include "http/idempotency_keys.h"

#include <gtest/gtest.h>

#include "base/fixed_clock.h"

namespace wick::http {
namespace {

class IdempotencyKeysTest : public testing::Test {
 protected:
  Result<IdempotencyKeys::Claim> claim(std::string_view key, std::string_view holder = "ann") {
    fields_ = {{"Idempotency-Key", key}};
    Request request;
    request.fields = &fields_;
    return keys_.claim(holder, request);
  }
  // A request that makes something.
  bool make(std::string_view key, std::string_view holder = "ann") {
    auto claimed = claim(key, holder);
    if (!claimed) return false;
    claimed->keep("the access token “Laptop”");
    return true;
  }

  std::vector<Field> fields_;
  FixedClock clock_;
  IdempotencyKeys keys_{clock_};
};

TEST_F(IdempotencyKeysTest, ASecondRequestIsRefusedWithTheResultOfTheFirst) {
  ASSERT_TRUE(make("\"one\""));
  for (const char* again : {"\"one\"", "one", " one "}) {
    const auto refused = claim(again);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    EXPECT_NE(refused.error().message.find("the access token “Laptop”"), std::string::npos);
  }
  EXPECT_TRUE(make("two"));
  EXPECT_TRUE(make("one", "bob"));
}

TEST_F(IdempotencyKeysTest, ASecondRequestIsRefusedWhileTheFirstIsUnderWay) {
  auto first = claim("one");
  ASSERT_TRUE(first);
  EXPECT_EQ(claim("one").error().code, ErrorCode::kConflict);
  first->keep("a token");
  EXPECT_EQ(claim("one").error().code, ErrorCode::kConflict);
}

TEST_F(IdempotencyKeysTest, ARequestThatFailedLeavesItsKeyFree) {
  ASSERT_TRUE(claim("one"));  // ends at once, without keep()
  EXPECT_TRUE(make("one"));
}

TEST_F(IdempotencyKeysTest, AKeyIsFreeAgainAfterTheWindow) {
  ASSERT_TRUE(make("one"));
  clock_.advance(std::chrono::seconds(kIdempotencyWindow).count() - 1);
  EXPECT_FALSE(make("one"));
  clock_.advance(1);
  EXPECT_TRUE(make("one"));
}

TEST_F(IdempotencyKeysTest, WithoutTheHeaderNothingIsRefused) {
  Request request;
  for (int i = 0; i < 2; ++i) {
    auto claimed = keys_.claim("ann", request);
    ASSERT_TRUE(claimed);
    claimed->keep("a token");
  }
}

TEST_F(IdempotencyKeysTest, KeysThatAreNoStringsAreRefused) {
  const std::string longest(kMaxIdempotencyKeyBytes, 'k');
  EXPECT_TRUE(claim(longest));
  for (const std::string& key :
       {std::string(), std::string("\"\""), longest + "k", std::string("two words"), std::string("a\"b"),
        std::string("a\\b"), std::string("\x80"), std::string("a\0b", 3)}) {
    EXPECT_EQ(claim(key).error().code, ErrorCode::kInvalidArgument) << key;
  }
  fields_ = {{"Idempotency-Key", "one"}, {"idempotency-key", "two"}};
  Request twice;
  twice.fields = &fields_;
  EXPECT_EQ(keys_.claim("ann", twice).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(IdempotencyKeysTest, AHolderAboveTheLimitLosesOnlyTheOwnOldestKey) {
  ASSERT_TRUE(make("bob's", "bob"));
  for (std::size_t i = 0; i <= kMaxIdempotencyKeysPerHolder; ++i)
    ASSERT_TRUE(make("key" + std::to_string(i)));
  EXPECT_TRUE(make("key0"));
  EXPECT_FALSE(make("key5"));
  EXPECT_FALSE(make("bob's", "bob"));
}

TEST_F(IdempotencyKeysTest, TheOldestKeyIsForgottenOnlyAboveTheTotalLimit) {
  const auto holder = [](std::size_t i) { return "user" + std::to_string(i / 50); };
  for (std::size_t i = 0; i < kMaxIdempotencyKeys; ++i) {
    if (i % 50 == 0) clock_.advance(1);
    ASSERT_TRUE(make("key" + std::to_string(i), holder(i)));
  }
  EXPECT_FALSE(make("key0", holder(0)));
  ASSERT_TRUE(make("one-more"));
  EXPECT_TRUE(make("key0", holder(0)));
  EXPECT_FALSE(make("key120", holder(120)));
}

}  // namespace
}  // namespace wick::http
