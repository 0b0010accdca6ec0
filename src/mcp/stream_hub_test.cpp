#include "mcp/stream_hub.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace wick::mcp {
namespace {

TEST(Stream, KeepsTheNewestTextsForASlowClientWithinItsLimits) {
  boost::asio::io_context context(1);
  Stream stream(context.get_executor(), TokenId{}, Shares::Lease(), Shares::Lease());
  for (int i = 0; i < 3000; ++i) stream.queue_text(std::to_string(i));
  EXPECT_EQ(stream.take_text(), "2000");
  std::size_t texts = 1;
  while (stream.take_text()) ++texts;
  EXPECT_EQ(texts, kMaxUnwrittenTexts);

  for (int i = 0; i < 500; ++i) stream.queue_text(std::string(10'000, char('a' + i % 26)));
  std::size_t bytes = 0;
  std::string last;
  while (auto text = stream.take_text()) {
    bytes += text->size();
    last = *text;
  }
  EXPECT_LE(bytes, kMaxUnwrittenBytes);
  EXPECT_GT(bytes, kMaxUnwrittenBytes - 10'001);
  EXPECT_EQ(last.front(), char('a' + 499 % 26));

  stream.queue_text(std::string(2 * kMaxUnwrittenBytes, 'x'));
  EXPECT_EQ(stream.take_text()->size(), 2 * kMaxUnwrittenBytes) << "one alone is its sender's limit";
}

// Whether a waiting stream was woken: its wait ends without the time having passed.
bool woken(boost::asio::io_context& context, const std::shared_ptr<Stream>& stream,
           const std::function<void()>& wake) {
  // Shared with the coroutine: a wait that nothing woke goes on after this function.
  const auto ended = std::make_shared<bool>(false);
  boost::asio::co_spawn(
      context,
      [](std::shared_ptr<Stream> waiting, std::shared_ptr<bool> flag) -> http::Task<void> {
        co_await waiting->wait(std::chrono::hours(1));
        *flag = true;
      }(stream, ended),
      boost::asio::detached);
  context.poll();
  wake();
  context.restart();
  context.poll();
  return *ended;
}

TEST(StreamHub, WakesTheStreamsOfOneCredentialOnly) {
  boost::asio::io_context context(1);
  StreamHub hub;
  const TokenId ours = TokenId::make(), theirs = TokenId::make();
  const auto first = hub.open(context.get_executor(), ours, UserId::make()).value();
  const auto second = hub.open(context.get_executor(), theirs, UserId::make()).value();
  EXPECT_FALSE(woken(context, first, [&] { hub.wake_token(theirs); }));
  EXPECT_FALSE(woken(context, first, [&] { hub.wake_token(TokenId::make()); }));
  EXPECT_TRUE(woken(context, second, [&] { hub.wake_token(theirs); }));
  EXPECT_TRUE(woken(context, second, [&] { hub.wake_all(); }));
}

TEST(StreamHub, AnEndedStreamMakesRoomForItsCredentialAndForTheServer) {
  boost::asio::io_context context(1);
  StreamHub hub;
  const TokenId busy = TokenId::make();
  std::vector<std::shared_ptr<Stream>> open;
  for (std::size_t i = 0; i < kMaxStreamsPerCredential; ++i)
    open.push_back(hub.open(context.get_executor(), busy, UserId::make()).value());
  EXPECT_FALSE(hub.open(context.get_executor(), busy, UserId::make()));
  open.pop_back();
  open.push_back(hub.open(context.get_executor(), busy, UserId::make()).value());
  EXPECT_NE(open.back(), nullptr);
  while (open.size() < kMaxStreams)
    open.push_back(hub.open(context.get_executor(), TokenId::make(), UserId::make()).value());
  EXPECT_FALSE(hub.open(context.get_executor(), TokenId::make(), UserId::make()));
  open.resize(10);
  EXPECT_TRUE(hub.open(context.get_executor(), TokenId::make(), UserId::make()));
}

TEST(StreamHub, ACredentialAndAUserHaveTheirShareOfStreamsUntilTheyEnd) {
  boost::asio::io_context context(1);
  StreamHub hub(kMaxStreamsPerCredential + 1);
  const UserId alice = UserId::make(), bob = UserId::make();
  const TokenId first = TokenId::make(), second = TokenId::make();
  std::vector<std::shared_ptr<Stream>> open;
  for (std::size_t i = 0; i < kMaxStreamsPerCredential; ++i)
    open.push_back(hub.open(context.get_executor(), first, alice).value());
  const auto of_credential = hub.open(context.get_executor(), first, alice);
  ASSERT_FALSE(of_credential);
  EXPECT_NE(of_credential.error().message.find("one credential"), std::string::npos);
  open.push_back(hub.open(context.get_executor(), second, alice).value());
  const auto of_user = hub.open(context.get_executor(), second, alice);
  ASSERT_FALSE(of_user);
  EXPECT_NE(of_user.error().message.find("limits.streams_per_user"), std::string::npos);
  EXPECT_TRUE(hub.open(context.get_executor(), TokenId::make(), bob));
  open.clear();
  EXPECT_TRUE(hub.open(context.get_executor(), first, alice));
}

}  // namespace
}  // namespace wick::mcp
