// Which requests are let in, and as what (2026-07-28 basic and transports; research mcp.md §1.3, §1.4).
#include "mcp/message.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick::mcp {
namespace {

struct Sent {
  std::vector<http::Field> fields;
  http::Request request;
  Sent(std::string_view body, std::vector<http::Field> headers) : fields(std::move(headers)) {
    request.body = body;
    request.fields = &fields;
  }
  std::expected<Incoming, Rejection> read() const { return read_body(request); }
  int code() const {
    const auto incoming = read();
    return incoming ? 0 : incoming.error().code;
  }
};

const std::vector<http::Field> kHeaders = {
    {"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", " tools/call "}, {"Mcp-Name", "n"}};
constexpr std::string_view kCall =
    R"({"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"name":"n","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"progressToken":3}}})";

TEST(Message, AModernCallIsReadWithItsClientAndTokenAndKeepsTheTypeOfItsId) {
  const auto incoming = Sent(kCall, kHeaders).read();
  ASSERT_TRUE(incoming) << incoming.error().message;
  const Message& message = incoming->messages.at(0);
  EXPECT_TRUE(message.modern);
  EXPECT_EQ(message.id, "\"7\"");
  EXPECT_EQ(message.client_name, "c");
  EXPECT_EQ(*message.progress_token, 3);
  EXPECT_FALSE(message.params.contains("_meta"));
}

TEST(Message, HeadersThatDisagreeWithTheBodyOrAreMissingAreAMismatch) {
  auto headers = kHeaders;
  headers[2].value = "other";
  EXPECT_EQ(Sent(kCall, headers).code(), kHeaderMismatch);
  headers = kHeaders;
  headers[1].value = "tools/list";
  EXPECT_EQ(Sent(kCall, headers).code(), kHeaderMismatch);
  headers = kHeaders;
  headers[0].value = "2025-11-25";
  EXPECT_EQ(Sent(kCall, headers).code(), kHeaderMismatch);
  headers.erase(headers.begin());
  EXPECT_EQ(Sent(kCall, headers).code(), kHeaderMismatch);
  headers = {kHeaders[0], kHeaders[1], {"Mcp-Name", "=?base64?bg==?="}};
  EXPECT_EQ(Sent(kCall, headers).code(), 0) << "a name in base64";
  headers[2].value = "=?base64?b?=";
  EXPECT_EQ(Sent(kCall, headers).code(), kHeaderMismatch);
}

TEST(Message, AnUnknownVersionIsToldWhichThereAre) {
  std::string body(kCall);
  body.replace(body.find("2026-07-28"), 10, "2999-01-01");
  auto headers = kHeaders;
  headers[0].value = "2999-01-01";
  const auto refused = Sent(body, headers).read();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kUnsupportedVersion);
  EXPECT_EQ(refused.error().data.at("requested"), "2999-01-01");
  EXPECT_EQ(refused.error().data.at("supported").as_array().size(), 5u);
}

TEST(Message, AModernHeaderWithoutTheEnvelopeIsInvalidParams) {
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", kHeaders).code(), kInvalidParams);
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})", kHeaders).code(), kHeaderMismatch);
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})", kHeaders).code(), 0);
}

TEST(Message, WhatIsNotAMessageIsRefused) {
  EXPECT_EQ(Sent("{", {}).code(), kParseError);
  EXPECT_EQ(Sent("3", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent("[]", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent(R"({"jsonrpc":"1.0","id":1,"method":"x"})", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","id":null,"method":"x"})", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","id":1,"method":"x","params":[1]})", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent(R"({"jsonrpc":"2.0","id":1,"method":5})", {}).code(), kInvalidRequest);
  EXPECT_EQ(Sent("[" + std::string(kCall) + "]", kHeaders).code(), kInvalidRequest)
      << "no batches in this revision";
}

TEST(Message, AnIdThatIsAWholeNumberIsThatIntegerHoweverItIsWritten) {
  const auto id = [](std::string written) {
    const auto incoming = Sent(R"({"jsonrpc":"2.0","method":"x","id":)" + written + "}", {}).read();
    return incoming ? incoming->messages.at(0).id : "refused";
  };
  EXPECT_EQ(id("1.0"), "1");
  EXPECT_EQ(id("-2.50e2"), "-250");
  EXPECT_EQ(id("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(id("1.5"), "refused");
  EXPECT_EQ(id("1e300"), "refused");
  EXPECT_EQ(id("18446744073709551616"), "18446744073709551616");
  EXPECT_EQ(id_text(*parse_json("1.0")), id_text(*parse_json("1"))) << "what a notification refers to";
}

TEST(Message, ALegacyBatchIsReadUpToItsLimit) {
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  std::string batch = "[" + ping;
  for (std::size_t i = 1; i < kMaxBatch; ++i) batch += "," + ping;
  EXPECT_EQ(Sent(batch + "]", {}).read()->messages.size(), kMaxBatch);
  EXPECT_EQ(Sent(batch + "," + ping + "]", {}).code(), kInvalidRequest);
}

}  // namespace
}  // namespace wick::mcp
