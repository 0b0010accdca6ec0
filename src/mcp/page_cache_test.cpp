// The cached pages of servers that do not respond in time.
#include "mcp/page_cache.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick::mcp {
namespace {

using Start = PageCache::Start;
using Outcome = PageCache::Outcome;

const UserId kAnn = UserId::make(), kBob = UserId::make();
const TokenId kToken = TokenId::make();

ConnectorEntry connector(const char* url = "https://a.test") {
  static const ConnectorId id = ConnectorId::make();
  ConnectorEntry out;
  out.id = id;
  out.slug = out.label = "a";
  out.config["url"] = url;
  return out;
}
PageKey key(const UserId& user = kAnn, std::string_view cursor = "",
            std::string_view method = "prompts/list") {
  return {user, connector(), method, cursor};
}
// Makes a page of Ann's server late.
void make_late(PageCache& known, const PageKey& of) {
  EXPECT_EQ(known.start_request(of, kToken), Start::kWait);
  EXPECT_TRUE(known.mark_late(of, kToken));
}

TEST(PageCache, ListsWaitForAServerThatRespondsInTime) {
  PageCache known;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(known.start_request(key(), kToken), Start::kWait);
    EXPECT_TRUE(known.finish_request(key(), Outcome::kAnswered, {"{}", ""}, false, false).empty());
  }
  EXPECT_EQ(known.find(key())->entries, "{}");
}

TEST(PageCache, ALatePageIsRequestedOnceAndItsListsAreNotifiedOfAChange) {
  PageCache known;
  make_late(known, key());
  EXPECT_EQ(known.start_request(key(), kToken), Start::kSkip);
  EXPECT_FALSE(known.mark_late(key(), kToken)) << "that of a list which began at the same time";
  EXPECT_EQ(known.finish_request(key(), Outcome::kAnswered, {"{}", ""}, true, true), std::vector{kToken});
  EXPECT_EQ(known.changes(kAnn).prompts, 1u);
  EXPECT_EQ(known.changes(kAnn).resources, 0u);
  EXPECT_EQ(known.changes(kBob).prompts, 0u);
}

TEST(PageCache, ListsDoNotWaitForASlowServerUntilItRespondsInTime) {
  PageCache known;
  make_late(known, key());
  (void)known.finish_request(key(), Outcome::kAnswered, {"{}", ""}, true, true);
  EXPECT_EQ(known.start_request(key(), kToken), Start::kDoNotWait);
  EXPECT_TRUE(known.finish_request(key(), Outcome::kAnswered, {"{}", ""}, true, true).empty())
      << "it is the same page";
  EXPECT_EQ(known.start_request(key(kAnn, "", "resources/list"), kToken), Start::kDoNotWait)
      << "whatever it is asked";
  EXPECT_EQ(known.finish_request(key(kAnn, "", "resources/list"), Outcome::kAnswered, {"[]", ""}, true, false)
                .size(),
            1u);
  EXPECT_EQ(known.changes(kAnn).resources, 1u);
  EXPECT_EQ(known.start_request(key(), kToken), Start::kWait);
  EXPECT_EQ(known.start_request(key(kBob), kToken), Start::kWait) << "another user has not waited for it";
}

TEST(PageCache, ACachedPageOutlivesFailuresOnly) {
  PageCache known;
  (void)known.finish_request(key(), Outcome::kAnswered, {"{}", "next"}, false, false);
  (void)known.finish_request(key(), Outcome::kFailed, {}, false, false);
  (void)known.finish_request(key(), Outcome::kCancelled, {}, false, false);
  EXPECT_EQ(known.find(key())->next_cursor, "next");
  EXPECT_FALSE(known.find(key(kBob))) << "it is of one user";
  EXPECT_FALSE(known.find(key(kAnn, "next")));
  EXPECT_FALSE(known.find({kAnn, connector("https://b.test"), "prompts/list", ""})) << "and of one set-up";
  (void)known.finish_request(key(), Outcome::kRefused, {}, false, false);
  EXPECT_FALSE(known.find(key()));
}

TEST(PageCache, TheOldestPagesAreRemovedAndALargePageIsNotCached) {
  PageCache known(4000);
  const auto page = [](int number) { return key(kAnn, std::to_string(number)); };
  for (int i = 0; i < 100; ++i) {
    (void)known.finish_request(page(i), Outcome::kAnswered, {std::string(1000, 'x'), ""}, false, false);
    EXPECT_TRUE(known.find(page(0)).has_value() || i > 2) << "what is in use is not the oldest";
    EXPECT_TRUE(known.find(page(i)));
  }
  EXPECT_FALSE(known.find(page(50)));
  PageCache large;
  make_late(large, key());
  EXPECT_TRUE(
      large.finish_request(key(), Outcome::kAnswered, {std::string(kMaxCachedPageBytes, 'x'), ""}, true, true)
          .empty())
      << "the list that is made then would lack it again";
  EXPECT_FALSE(large.find(key()));
}

TEST(PageCache, OneUserHasABoundedNumberOfLatePages) {
  PageCache known;
  for (std::size_t i = 0; i < kMaxLatePages; ++i) {
    const PageKey one = key(kAnn, std::to_string(i));
    const Start asking = known.start_request(one, kToken);
    if (asking == Start::kWait) {
      EXPECT_TRUE(known.mark_late(one, kToken));
    }
    EXPECT_NE(asking, Start::kSkip);
  }
  EXPECT_EQ(known.start_request(key(), kToken), Start::kSkip);
  EXPECT_EQ(known.start_request(key(kBob), kToken), Start::kWait);
  (void)known.finish_request(key(kAnn, "7"), Outcome::kCancelled, {}, true, true);
  EXPECT_EQ(known.start_request(key(), kToken), Start::kDoNotWait);
}

}  // namespace
}  // namespace wick::mcp
