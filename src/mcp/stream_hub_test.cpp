#include "mcp/stream_hub.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace wick::mcp {
namespace {

TEST(Stream, KeepsTheNewestTextsForASlowClientWithinItsLimits) {
  boost::asio::io_context context(1);
  Stream stream(context.get_executor(), TokenId{}, std::make_shared<std::atomic<std::size_t>>(0));
  for (int i = 0; i < 3000; ++i) stream.say(std::to_string(i));
  EXPECT_EQ(stream.take(), "2000");
  std::size_t texts = 1;
  while (stream.take()) ++texts;
  EXPECT_EQ(texts, kMaxUnwrittenTexts);

  for (int i = 0; i < 500; ++i) stream.say(std::string(10'000, char('a' + i % 26)));
  std::size_t bytes = 0;
  std::string last;
  while (auto text = stream.take()) {
    bytes += text->size();
    last = *text;
  }
  EXPECT_LE(bytes, kMaxUnwrittenBytes);
  EXPECT_GT(bytes, kMaxUnwrittenBytes - 10'001);
  EXPECT_EQ(last.front(), char('a' + 499 % 26));

  stream.say(std::string(2 * kMaxUnwrittenBytes, 'x'));
  EXPECT_EQ(stream.take()->size(), 2 * kMaxUnwrittenBytes) << "one alone is its sender's limit";
}

// Counts how often a stream was woken.
std::shared_ptr<int> follow(boost::asio::io_context& context, std::shared_ptr<Stream> stream) {
  const auto woken = std::make_shared<int>(0);
  boost::asio::co_spawn(
      context,
      [](std::shared_ptr<Stream> waiting, std::shared_ptr<int> count) -> http::Task<void> {
        for (;; ++*count) co_await waiting->wait(3600);
      }(std::move(stream), woken),
      boost::asio::detached);
  return woken;
}

TEST(StreamHub, WakesTheStreamsOfOneCredentialOnly) {
  boost::asio::io_context context(1);
  StreamHub hub;
  const TokenId ours = TokenId::make(), theirs = TokenId::make();
  const auto first = follow(context, hub.open(context.get_executor(), ours));
  const auto second = follow(context, hub.open(context.get_executor(), theirs));
  const auto third = follow(context, hub.open(context.get_executor(), theirs));
  const auto counts = [&] {
    context.poll();
    return std::vector<int>{*first, *second, *third};
  };
  EXPECT_EQ(counts(), (std::vector<int>{0, 0, 0}));
  hub.wake_token(theirs);
  EXPECT_EQ(counts(), (std::vector<int>{0, 1, 1}));
  hub.wake_token(TokenId::make());
  EXPECT_EQ(counts(), (std::vector<int>{0, 1, 1}));
  hub.wake_all();
  EXPECT_EQ(counts(), (std::vector<int>{1, 2, 2}));
}

TEST(StreamHub, AnEndedStreamMakesRoomForItsCredentialAndForTheServer) {
  boost::asio::io_context context(1);
  StreamHub hub;
  const TokenId busy = TokenId::make();
  std::vector<std::shared_ptr<Stream>> open;
  for (std::size_t i = 0; i < kMaxStreamsPerCredential; ++i)
    open.push_back(hub.open(context.get_executor(), busy));
  EXPECT_EQ(hub.open(context.get_executor(), busy), nullptr);
  open.pop_back();
  open.push_back(hub.open(context.get_executor(), busy));
  EXPECT_NE(open.back(), nullptr);
  while (open.size() < kMaxStreams) open.push_back(hub.open(context.get_executor(), TokenId::make()));
  EXPECT_EQ(hub.open(context.get_executor(), TokenId::make()), nullptr);
  open.resize(10);
  EXPECT_NE(hub.open(context.get_executor(), TokenId::make()), nullptr);
}

}  // namespace
}  // namespace wick::mcp
