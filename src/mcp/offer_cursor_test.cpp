// How a list over several servers goes on.
#include "mcp/offer_cursor.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace wick::mcp {
namespace {

OfferCursor::Connectors three() {
  OfferCursor::Connectors out;
  for (const char* id : {"01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002",
                         "01900000-0000-7000-8000-000000000003"}) {
    auto one = std::make_shared<ConnectorEntry>();
    one->id = *ConnectorId::parse(id);
    out.push_back(std::move(one));
  }
  return out;
}

json::object params(const OfferCursor& cursor) {
  json::object out;
  out["cursor"] = cursor.text();
  return out;
}

TEST(OfferCursor, AsksEachServerOnceAndThenThoseThatHaveMore) {
  const auto connectors = three();
  auto cursor = read_offer_cursor({});
  ASSERT_TRUE(cursor);
  OfferCursor next;
  for (const auto& connector : connectors) {
    const auto place = cursor->take(connectors);
    ASSERT_TRUE(place);
    EXPECT_EQ(place->connector, connector->id.str());
    EXPECT_TRUE(next.add(*place, connector == connectors[1] ? "more" : ""));
  }
  EXPECT_FALSE(cursor->take(connectors));
  next.take_rest(*cursor, connectors);
  EXPECT_FALSE(next.empty());
  auto again = read_offer_cursor(params(next));
  ASSERT_TRUE(again);
  const auto place = again->take(connectors);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->connector + place->cursor, connectors[1]->id.str() + "more");
  EXPECT_FALSE(again->take(connectors));
}

TEST(OfferCursor, GoesOnBehindTheLastServerThatWasAskedAlsoWhenThatIsGone) {
  auto connectors = three();
  auto cursor = read_offer_cursor({});
  cursor->take(connectors);
  cursor->take(connectors);
  OfferCursor next;
  next.take_rest(std::move(*cursor), connectors);
  connectors.erase(connectors.begin() + 1);
  auto again = read_offer_cursor(params(next));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->take(connectors)->connector, connectors[1]->id.str());
  EXPECT_FALSE(again->take(connectors));
}

TEST(OfferCursor, GivesUpAServerWhoseListHasNoEndOrWhoseCursorIsTooLong) {
  OfferCursor cursor;
  EXPECT_FALSE(cursor.add({"a", "x", kMaxServerPages - 1}, "y"));
  EXPECT_FALSE(cursor.add({"a", "x", 1}, std::string(kMaxServerCursorBytes + 1, 'y')));
  EXPECT_TRUE(cursor.empty());
}

TEST(OfferCursor, HasRoomForAFixedNumberOfBytes) {
  OfferCursor cursor, nothing;
  std::size_t servers = 0;
  while (cursor.has_room(1, nothing)) {
    ASSERT_TRUE(cursor.add({std::to_string(servers++), "", 0}, std::string(kMaxServerCursorBytes, '\1')));
  }
  EXPECT_EQ(servers, kMaxOfferCursorBytes / kMaxServerCursorBytes);
  EXPECT_TRUE(read_offer_cursor(params(cursor))) << "the longest one is read again";
}

TEST(OfferCursor, ThatIsNotOursIsNoCursor) {
  for (const char* text : {"", "x", "{}", R"({"places":1})", R"({"places":[1]})", R"({"places":[["a","b"]]})",
                           R"({"places":[["a","b",0]]})", R"({"places":[["a","",1]]})",
                           R"({"places":[["a","b",1],["a","c",1]]})", R"({"places":[["a","b",1000]]})"}) {
    json::object given;
    given["cursor"] = to_base64url(text);
    EXPECT_FALSE(read_offer_cursor(given)) << text;
  }
}

}  // namespace
}  // namespace wick::mcp
