#include "mcp_transport/sse.h"

#include <gtest/gtest.h>

#include <vector>

namespace wick::upstream {
namespace {

std::vector<std::string> all(SseReader& reader) {
  std::vector<std::string> out;
  while (auto event = reader.next()) out.push_back(event->data);
  return out;
}

constexpr std::string_view kStream =
    "\xEF\xBB\xBF: hello\r\ndata: one\r\n\r\nevent: message\ndata: two\ndata:three\n\nid: 7\nretry: "
    "250\ndata\n\n"
    "data: \n\ndata: four\r\rdata: cut off";

TEST(Sse, ReadsTheSameEventsHoweverTheStreamIsCut) {
  for (std::size_t piece = 1; piece <= kStream.size(); ++piece) {
    SseReader reader;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < kStream.size(); at += piece) {
      ASSERT_TRUE(reader.feed(kStream.substr(at, piece)));
      for (auto& one : all(reader)) got.push_back(std::move(one));
    }
    EXPECT_EQ(got, (std::vector<std::string>{"one", "two\nthree", "four"})) << "in pieces of " << piece;
    EXPECT_EQ(reader.last_event_id(), "7");
    EXPECT_EQ(reader.retry_delay(), std::chrono::milliseconds(250));
  }
}

TEST(Sse, RefusesAnEventThatIsTooLargeAndNotOneAfterAnother) {
  SseReader reader(20);
  EXPECT_TRUE(reader.feed("data: 0123456789\n\ndata: 0123456789\n\n"));
  EXPECT_EQ(all(reader).size(), 2u);
  EXPECT_TRUE(reader.feed("data: 0123456"));
  const auto refused = reader.feed("789012345678901234567890");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
}

TEST(Sse, CountsCommentsWithoutEndTowardsTheLimit) {
  SseReader reader(100);
  bool refused = false;
  for (int i = 0; i < 100 && !refused; ++i) refused = !reader.feed(": still here\n");
  EXPECT_TRUE(refused);
}

TEST(Sse, AnEmptyLineAfterALineEndInPiecesEndsTheEvent) {
  SseReader reader;
  for (const char* piece : {"data: a", "\r", "\n", "\n"}) ASSERT_TRUE(reader.feed(piece));
  const auto event = reader.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data, "a");
  for (const char* piece : {"data: b\r", "data:", "\ndata\rdata: c", "\n\n"}) ASSERT_TRUE(reader.feed(piece));
  const auto second = reader.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->data, "b\n\n\nc");
}

TEST(Sse, AStreamOfSingleBytesTakesTimeInProportionToItsLength) {
  // Each byte alone: 4 MB of one line, then as many empty lines and comments.
  constexpr std::size_t kBytes = 4 * 1024 * 1024;
  SseReader reader;
  ASSERT_TRUE(reader.feed("data: "));
  for (std::size_t i = 0; i < kBytes; ++i) ASSERT_TRUE(reader.feed("x"));
  for (std::size_t i = 0; i < kBytes; ++i) ASSERT_TRUE(reader.feed(i % 3 == 1 ? ":" : "\n"));
  const auto event = reader.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data.size(), kBytes);
  EXPECT_FALSE(reader.next());
}

TEST(Sse, KeepsOnlyTheEnvelopeOfATooLargeEvent) {
  const std::string filler(300, 'x');
  const std::string streams[] = {
      "data: {\"id\":5,\"result\":\"" + filler + "\"}\n\ndata: small\n\n",
      "event: message\ndata: {\"result\":\"" + filler + "\",\ndata: \"id\":5}\n\ndata: small\n\n",
      ": " + filler + "\ndata: {\"id\":5,\"result\":{}}\n\ndata: small\n\n",
  };
  for (const std::string& stream : streams) {
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
      SseReader reader(100, SseReader::TooLarge::kDrop);
      std::vector<SseEvent> got;
      for (std::size_t at = 0; at < stream.size(); at += piece) {
        ASSERT_TRUE(reader.feed(std::string_view(stream).substr(at, piece)));
        while (auto event = reader.next()) got.push_back(std::move(*event));
      }
      ASSERT_EQ(got.size(), 2u) << stream << " in pieces of " << piece;
      ASSERT_TRUE(got[0].dropped);
      EXPECT_EQ(*got[0].dropped, (Envelope{"5", false})) << stream << " in pieces of " << piece;
      EXPECT_EQ(got[1].data, "small");
    }
  }
}

TEST(Sse, AnEventThatIsTooLargeToBeDroppedIsAnError) {
  SseReader reader(100, SseReader::TooLarge::kDrop);
  const std::string block(1 << 20, 'x');
  ASSERT_TRUE(reader.feed("data: "));
  std::size_t bytes = 0;
  while (bytes <= kMaxDroppedEventBytes + 200 && reader.feed(block)) bytes += block.size();
  EXPECT_GT(bytes, kMaxDroppedEventBytes - 2 * block.size());
  EXPECT_LE(bytes, kMaxDroppedEventBytes);
}

TEST(Sse, AnEventHasAType) {
  SseReader reader;
  ASSERT_TRUE(reader.feed("event: endpoint\ndata: /messages\n\ndata: x\n\nevent: " + std::string(1000, 'e') +
                          "\ndata: y\n\n"));
  EXPECT_EQ(reader.next()->type, "endpoint");
  EXPECT_EQ(reader.next()->type, "");
  EXPECT_EQ(reader.next()->type.size(), kMaxEventTypeBytes);
}

}  // namespace
}  // namespace wick::upstream
