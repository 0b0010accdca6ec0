#include "http/connection_lists.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

using Time = ConnectionLists::Time;

// Names for connections: nothing looks into them.
Connection& connection(std::size_t i) {
  static char names[5000];
  return reinterpret_cast<Connection&>(names[i]);
}
Time at(int seconds) {
  return Time(std::chrono::seconds(seconds));
}
constexpr auto kAnyone = [](Connection&) { return true; };

TEST(ConnectionLists, TheOneThatHasBeenInAStageForLongestIsFound) {
  ConnectionLists lists;
  auto first = lists.add(connection(0), at(1)), second = lists.add(connection(1), at(2));
  EXPECT_EQ(lists.find(ConnectionStage::kIdle, kAnyone), nullptr);
  EXPECT_EQ(lists.oldest(ConnectionStage::kIdle), Time::max());
  lists.move(first, ConnectionStage::kIdle, at(3));
  lists.move(second, ConnectionStage::kIdle, at(4));
  EXPECT_EQ(lists.find(ConnectionStage::kIdle, kAnyone), &connection(0));
  EXPECT_EQ(lists.oldest(ConnectionStage::kIdle), at(3));
  lists.move(first, ConnectionStage::kBusy, at(5));
  EXPECT_EQ(lists.oldest(ConnectionStage::kIdle), at(4));
  lists.move(first, ConnectionStage::kIdle, at(6));
  EXPECT_EQ(lists.find(ConnectionStage::kIdle, kAnyone), &connection(1))
      << "it was used before the other one";
  EXPECT_EQ(lists.find(ConnectionStage::kUnused, kAnyone), nullptr);
  EXPECT_FALSE(lists.empty());
  lists.remove(first);
  lists.remove(second);
  EXPECT_TRUE(lists.empty());
  EXPECT_EQ(lists.oldest(ConnectionStage::kIdle), Time::max());
}

TEST(ConnectionLists, TheSearchIsBounded) {
  ConnectionLists lists;
  for (std::size_t i = 0; i < 5000; ++i) {
    auto place = lists.add(connection(i), at(0));
    lists.move(place, ConnectionStage::kIdle, at(0));
  }
  std::size_t asked = 0;
  EXPECT_EQ(lists.find(ConnectionStage::kIdle, [&](Connection&) { return ++asked == 0; }), nullptr);
  EXPECT_EQ(asked, 1000u);
}

TEST(ClientRegistry, AClientWithoutConnectionsIsForgotten) {
  ClientRegistry clients;
  const auto a = clients.add("a");
  EXPECT_EQ(clients.add("a"), a);
  clients.add("b");
  EXPECT_EQ(a->connections, 2u);
  clients.remove("a");
  EXPECT_EQ(clients.size(), 2u);
  clients.remove("a");
  clients.remove("a");
  EXPECT_EQ(clients.size(), 1u);
}

}  // namespace
}  // namespace wick::http
