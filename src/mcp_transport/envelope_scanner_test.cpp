#include "mcp_transport/envelope_scanner.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

Envelope scan(std::string_view text, std::size_t piece) {
  EnvelopeScanner scanner;
  for (std::size_t at = 0; at < text.size(); at += piece) scanner.feed(text.substr(at, piece));
  return scanner.envelope();
}

TEST(EnvelopeScanner, FindsTheIdWhereverItStandsHoweverTheMessageIsCut) {
  const std::pair<const char*, Envelope> messages[] = {
      {R"({"jsonrpc":"2.0","id":5,"result":{"id":6,"method":"x"}})", {"5", false}},
      {R"({"result":{"content":[{"id":"7","text":"a\"},\"id\":8,{"}]}, "jsonrpc":"2.0", "id" : "9" })",
       {"9", false}},
      {R"({"id":12})", {"12", false}},
      {R"({"id":1,"id":2})", {"2", false}},
      {R"({"method":"tools/call","id":3,"params":{}})", {"3", true}},
      {R"({"method":"notifications/message","params":{"id":3}})", {std::nullopt, true}},
      {R"({"id":{"id":4},"result":{}})", {std::nullopt, false}},
      {R"({"jsonrpc":"2.0","id":5,"result":{"broken)", {"5", false}},
      {R"({"jsonrpc":"2.0","id":5,"result":{"a":nonsense}]]}})", {"5", false}},
      {R"([{"id":5}])", {std::nullopt, false}},
      {R"("id":5,)", {std::nullopt, false}},
      {"xxxxx", {std::nullopt, false}},
      {"}}}]]]{\"id\":5}", {"5", false}},
      {"", {std::nullopt, false}},
  };
  for (const auto& [text, wanted] : messages) {
    for (const std::size_t piece : {1, 2, 3, 1000})
      EXPECT_EQ(scan(text, piece), wanted) << text << " by " << piece;
  }
}

TEST(EnvelopeScanner, KeepsNoMoreThanTheBeginningOfAnId) {
  EnvelopeScanner scanner;
  scanner.feed("{\"id\":\"");
  for (int i = 0; i < 1000; ++i) scanner.feed(std::string(1000, '7'));
  scanner.feed("\"}");
  EXPECT_EQ(scanner.envelope().id->size(), kMaxScannedIdBytes);
}

}  // namespace
}  // namespace wick::upstream
