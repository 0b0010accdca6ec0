// What is known of servers that do not answer a list in time.
#include "mcp/known_offers.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick::mcp {
namespace {

using Asking = KnownOffers::Asking;
using Ended = KnownOffers::Ended;

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
OfferKey key(const UserId& user = kAnn, std::string_view cursor = "",
             std::string_view method = "prompts/list") {
  return {user, connector(), method, cursor};
}
// A server of Ann's whose page is late.
void give_up(KnownOffers& known, const OfferKey& of) {
  EXPECT_EQ(known.begin(of, kToken), Asking::kInTime);
  EXPECT_TRUE(known.give_up(of, kToken));
}

TEST(KnownOffers, AServerThatAnswersInTimeIsWaitedForEachTime) {
  KnownOffers known;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(known.begin(key(), kToken), Asking::kInTime);
    EXPECT_TRUE(known.end(key(), Ended::kAnswered, {"{}", ""}, false, false).empty());
  }
  EXPECT_EQ(known.find(key())->entries, "{}");
}

TEST(KnownOffers, ALatePageIsAskedForOnceAndItsListsAreToldWhenItIsAnother) {
  KnownOffers known;
  give_up(known, key());
  EXPECT_EQ(known.begin(key(), kToken), Asking::kUnderWay);
  EXPECT_FALSE(known.give_up(key(), kToken)) << "that of a list which began at the same time";
  EXPECT_EQ(known.end(key(), Ended::kAnswered, {"{}", ""}, true, true), std::vector{kToken});
  EXPECT_EQ(known.changes(kAnn).prompts, 1u);
  EXPECT_EQ(known.changes(kAnn).resources, 0u);
  EXPECT_EQ(known.changes(kBob).prompts, 0u);
}

TEST(KnownOffers, ASlowServerIsAskedWithoutWaitingUntilItAnswersInTimeAgain) {
  KnownOffers known;
  give_up(known, key());
  (void)known.end(key(), Ended::kAnswered, {"{}", ""}, true, true);
  EXPECT_EQ(known.begin(key(), kToken), Asking::kLate);
  EXPECT_TRUE(known.end(key(), Ended::kAnswered, {"{}", ""}, true, true).empty()) << "it is the same page";
  EXPECT_EQ(known.begin(key(kAnn, "", "resources/list"), kToken), Asking::kLate) << "whatever it is asked";
  EXPECT_EQ(known.end(key(kAnn, "", "resources/list"), Ended::kAnswered, {"[]", ""}, true, false).size(), 1u);
  EXPECT_EQ(known.changes(kAnn).resources, 1u);
  EXPECT_EQ(known.begin(key(), kToken), Asking::kInTime);
  EXPECT_EQ(known.begin(key(kBob), kToken), Asking::kInTime) << "another user has not waited for it";
}

TEST(KnownOffers, WhatIsKnownOutlivesFailuresAndNothingElse) {
  KnownOffers known;
  (void)known.end(key(), Ended::kAnswered, {"{}", "next"}, false, false);
  (void)known.end(key(), Ended::kFailed, {}, false, false);
  (void)known.end(key(), Ended::kCancelled, {}, false, false);
  EXPECT_EQ(known.find(key())->next_cursor, "next");
  EXPECT_FALSE(known.find(key(kBob))) << "it is of one user";
  EXPECT_FALSE(known.find(key(kAnn, "next")));
  EXPECT_FALSE(known.find({kAnn, connector("https://b.test"), "prompts/list", ""})) << "and of one set-up";
  (void)known.end(key(), Ended::kRefused, {}, false, false);
  EXPECT_FALSE(known.find(key()));
}

TEST(KnownOffers, TheOldestPagesGiveWayAndOneThatIsTooLargeIsNotKept) {
  KnownOffers known(4000);
  const auto page = [](int number) { return key(kAnn, std::to_string(number)); };
  for (int i = 0; i < 100; ++i) {
    (void)known.end(page(i), Ended::kAnswered, {std::string(1000, 'x'), ""}, false, false);
    EXPECT_TRUE(known.find(page(0)).has_value() || i > 2) << "what is in use is not the oldest";
    EXPECT_TRUE(known.find(page(i)));
  }
  EXPECT_FALSE(known.find(page(50)));
  KnownOffers large;
  give_up(large, key());
  EXPECT_TRUE(
      large.end(key(), Ended::kAnswered, {std::string(kMaxKnownPageBytes, 'x'), ""}, true, true).empty())
      << "the list that is made then would lack it again";
  EXPECT_FALSE(large.find(key()));
}

TEST(KnownOffers, OneUserHasABoundedNumberOfLatePages) {
  KnownOffers known;
  for (std::size_t i = 0; i < kMaxLatePages; ++i) {
    const OfferKey one = key(kAnn, std::to_string(i));
    const Asking asking = known.begin(one, kToken);
    if (asking == Asking::kInTime) {
      EXPECT_TRUE(known.give_up(one, kToken));
    }
    EXPECT_NE(asking, Asking::kUnderWay);
  }
  EXPECT_EQ(known.begin(key(), kToken), Asking::kUnderWay);
  EXPECT_EQ(known.begin(key(kBob), kToken), Asking::kInTime);
  (void)known.end(key(kAnn, "7"), Ended::kCancelled, {}, true, true);
  EXPECT_EQ(known.begin(key(), kToken), Asking::kLate);
}

}  // namespace
}  // namespace wick::mcp
