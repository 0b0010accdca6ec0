#include "mcp/stream_hub.h"

#include <gtest/gtest.h>

namespace wick::mcp {
namespace {

TEST(Stream, KeepsTheNewestTextsForASlowClientWithinItsLimits) {
  boost::asio::io_context context(1);
  Stream stream(context.get_executor(), TokenId{}, Shares::Lease(), Shares::Lease());
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

}  // namespace
}  // namespace wick::mcp
