#include "http/connection_lists.h"

#include <gtest/gtest.h>

namespace wick::http {
namespace {

// Names for connections: nothing looks into them.
Connection& connection(std::size_t i) {
  static char names[5000];
  return reinterpret_cast<Connection&>(names[i]);
}
constexpr auto kAnyone = [](Connection&) { return true; };

TEST(ConnectionLists, TheUnusedGoFirstThenSlowSendersThenTheIdleAndNeverTheBusy) {
  ConnectionLists lists;
  auto busy = lists.add(connection(0)), idle = lists.add(connection(1)), sending = lists.add(connection(2)),
       old = lists.add(connection(3)), young = lists.add(connection(4));
  lists.move(old, ConnectionStage::kUnused);
  lists.move(young, ConnectionStage::kUnused);
  lists.move(idle, ConnectionStage::kIdle);
  lists.move(sending, ConnectionStage::kSending);
  using Next = std::pair<ConnectionLists::Place*, std::size_t>;
  for (const auto& [place, name] : {Next(&old, 3), Next(&young, 4), Next(&sending, 2), Next(&idle, 1)}) {
    EXPECT_EQ(lists.find(kAnyone), &connection(name));
    lists.remove(*place);
  }
  EXPECT_EQ(lists.find(kAnyone), nullptr);
  EXPECT_FALSE(lists.empty());
  lists.remove(busy);
  EXPECT_TRUE(lists.empty());
}

TEST(ConnectionLists, OfTheIdleTheOneThatHasWaitedLongestSinceItsResponseGoes) {
  ConnectionLists lists;
  auto first = lists.add(connection(0)), second = lists.add(connection(1));
  lists.move(first, ConnectionStage::kIdle);
  lists.move(second, ConnectionStage::kIdle);
  lists.move(first, ConnectionStage::kBusy);
  lists.move(first, ConnectionStage::kIdle);
  EXPECT_EQ(lists.find(kAnyone), &connection(1));
}

TEST(ConnectionLists, TheSearchIsBounded) {
  ConnectionLists lists;
  for (std::size_t i = 0; i < 5000; ++i) {
    auto place = lists.add(connection(i));
    lists.move(place, ConnectionStage::kIdle);
  }
  std::size_t asked = 0;
  EXPECT_EQ(lists.find([&](Connection&) { return ++asked == 0; }), nullptr);
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
