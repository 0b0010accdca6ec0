// The continuation of a list over several servers.
#include "mcp/list_cursor.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace wick::mcp {
namespace {

ListCursor::Connectors three() {
  ListCursor::Connectors out;
  for (const char* id : {"01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002",
                         "01900000-0000-7000-8000-000000000003"}) {
    auto one = std::make_shared<ConnectorEntry>();
    one->id = *ConnectorId::parse(id);
    out.push_back(std::move(one));
  }
  return out;
}

json::object params(const ListCursor& cursor) {
  json::object out;
  out["cursor"] = cursor.text();
  return out;
}

TEST(ListCursor, AsksEachServerOnceAndThenThoseThatHaveMore) {
  const auto connectors = three();
  auto cursor = read_list_cursor({});
  ASSERT_TRUE(cursor);
  ListCursor next;
  for (const auto& connector : connectors) {
    const auto position = cursor->take(connectors);
    ASSERT_TRUE(position);
    EXPECT_EQ(position->connector, connector->id.str());
    EXPECT_TRUE(next.add(*position, connector == connectors[1] ? "more" : ""));
  }
  EXPECT_FALSE(cursor->take(connectors));
  next.take_rest(*cursor, connectors);
  EXPECT_FALSE(next.empty());
  auto again = read_list_cursor(params(next));
  ASSERT_TRUE(again);
  const auto position = again->take(connectors);
  ASSERT_TRUE(position);
  EXPECT_EQ(position->connector + position->cursor, connectors[1]->id.str() + "more");
  EXPECT_FALSE(again->take(connectors));
}

TEST(ListCursor, GoesOnBehindTheLastServerThatWasAskedAlsoWhenThatIsGone) {
  auto connectors = three();
  auto cursor = read_list_cursor({});
  cursor->take(connectors);
  cursor->take(connectors);
  ListCursor next;
  next.take_rest(std::move(*cursor), connectors);
  connectors.erase(connectors.begin() + 1);
  auto again = read_list_cursor(params(next));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->take(connectors)->connector, connectors[1]->id.str());
  EXPECT_FALSE(again->take(connectors));
}

TEST(ListCursor, GivesUpAServerWhoseListHasNoEndOrWhoseCursorIsTooLong) {
  ListCursor cursor;
  EXPECT_FALSE(cursor.add({"a", "x", kMaxServerPages - 1}, "y"));
  EXPECT_FALSE(cursor.add({"a", "x", 1}, std::string(kMaxServerCursorBytes + 1, 'y')));
  EXPECT_TRUE(cursor.empty());
}

TEST(ListCursor, HasRoomForAFixedNumberOfBytes) {
  ListCursor cursor, nothing;
  std::size_t servers = 0;
  while (cursor.has_room(1, nothing)) {
    ASSERT_TRUE(cursor.add({std::to_string(servers++), "", 0}, std::string(kMaxServerCursorBytes, '\1')));
  }
  EXPECT_EQ(servers, kMaxListCursorBytes / kMaxServerCursorBytes);
  EXPECT_TRUE(read_list_cursor(params(cursor))) << "the longest one is read again";
}

TEST(ListCursor, ThatIsNotOursIsNoCursor) {
  for (const char* text : {"", "x", "{}", R"({"places":1})", R"({"places":[1]})", R"({"places":[["a","b"]]})",
                           R"({"places":[["a","b",0]]})", R"({"places":[["a","",1]]})",
                           R"({"places":[["a","b",1],["a","c",1]]})", R"({"places":[["a","b",1000]]})"}) {
    json::object given;
    given["cursor"] = to_base64url(text);
    EXPECT_FALSE(read_list_cursor(given)) << text;
  }
}

}  // namespace
}  // namespace wick::mcp
