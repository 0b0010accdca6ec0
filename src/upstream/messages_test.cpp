#include "upstream/messages.h"

#include <gtest/gtest.h>

namespace wick::upstream {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).get_object();
}

TEST(Messages, AnAnswerIsKnownByItsIdAsANumberOrAsText) {
  for (const char* text : {R"({"id":7,"result":{"a":1}})", R"({"id":"7","result":{"a":1}})"}) {
    auto message = object(text);
    const auto reply = reply_in(message, "7");
    ASSERT_TRUE(reply) << text;
    EXPECT_EQ(reply->error_code, 0);
    EXPECT_TRUE(reply->result.contains("a"));
  }
  auto other = object(R"({"id":8,"result":{}})");
  EXPECT_FALSE(reply_in(other, "7"));
  auto request = object(R"({"id":7,"method":"ping"})");
  EXPECT_FALSE(reply_in(request, "7"));
}

TEST(Messages, AnErrorWithoutAnIdAnswersToo) {
  auto message = object(R"({"id":null,"error":{"code":-32600,"message":"what?","data":{"x":1}}})");
  const auto reply = reply_in(message, "7");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error_code, -32600);
  EXPECT_EQ(reply->error_message, "what?");
  EXPECT_TRUE(reply->error_data.is_object());
  auto zero = object(R"({"id":7,"error":{"code":0,"message":""}})");
  EXPECT_NE(reply_in(zero, "7")->error_code, 0) << "an error is never taken for a result";
}

TEST(Messages, AnAnswerWithoutAResultOrAnErrorIsAnError) {
  for (const char* text : {R"({"id":7})", R"({"id":7,"result":"text"})", R"({"id":"7","error":"text"})"}) {
    auto message = object(text);
    const auto reply = reply_in(message, "7");
    ASSERT_TRUE(reply) << text;
    EXPECT_NE(reply->error_code, 0);
  }
  auto other = object(R"({"id":8})");
  EXPECT_FALSE(reply_in(other, "7"));
}

TEST(Messages, ProgressIsGivenTheClientsOwnTokenAndOnlyWhenItAskedForSome) {
  const auto progress =
      object(R"({"method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
  ClientSide client;
  EXPECT_FALSE(for_client(progress, "7", client));
  client.progress_token = json::value("mine");
  const auto shown = for_client(progress, "7", client);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->at("params").as_object().at("progressToken").as_string(), "mine");
  EXPECT_FALSE(for_client(progress, "8", client)) << "another request's";
}

TEST(Messages, AModernClientHearsOnlyTheLogMessagesThatItAskedFor) {
  const auto log = [](const char* level) {
    return object(std::string(R"({"method":"notifications/message","params":{"level":")") + level + "\"}}");
  };
  ClientSide client;
  EXPECT_FALSE(for_client(log("emergency"), "1", client));
  client.log_level = "warning";
  EXPECT_FALSE(for_client(log("info"), "1", client));
  EXPECT_TRUE(for_client(log("error"), "1", client));
  client.modern = false;
  client.log_level.reset();
  EXPECT_TRUE(for_client(log("debug"), "1", client)) << "a legacy client's level is its session's";
}

TEST(Messages, OfChangesOnlyThoseInTheFilterAreWanted) {
  const auto filter = object(R"({"promptsListChanged":true,"resourceSubscriptions":["a://b"]})");
  EXPECT_TRUE(is_wanted(object(R"({"method":"notifications/prompts/list_changed"})"), filter));
  EXPECT_FALSE(is_wanted(object(R"({"method":"notifications/tools/list_changed"})"), filter));
  EXPECT_TRUE(
      is_wanted(object(R"({"method":"notifications/resources/updated","params":{"uri":"a://b"}})"), filter));
  EXPECT_FALSE(
      is_wanted(object(R"({"method":"notifications/resources/updated","params":{"uri":"a://c"}})"), filter));
  EXPECT_FALSE(is_wanted(object(R"({"method":"notifications/anything"})"), filter));
}

TEST(Messages, TheEnvelopeOfAModernRequestIsWicksWhateverTheClientPutThere) {
  ClientSide client;
  client.meta["io.modelcontextprotocol/protocolVersion"] = "1999-01-01";
  client.meta["traceparent"] = "00-x";
  client.capabilities["sampling"] = json::object();
  Peer peer;
  peer.modern = true;
  const auto meta = meta_for(peer, &client, Ask(), "3", "info");
  EXPECT_EQ(meta.at("io.modelcontextprotocol/protocolVersion").as_string(), kModernVersion);
  EXPECT_EQ(meta.at("io.modelcontextprotocol/clientInfo").as_object().at("name").as_string(), "wick");
  EXPECT_TRUE(meta.at("io.modelcontextprotocol/clientCapabilities").as_object().contains("sampling"));
  EXPECT_EQ(meta.at("io.modelcontextprotocol/logLevel").as_string(), "info");
  EXPECT_EQ(meta.at("traceparent").as_string(), "00-x");
}

}  // namespace
}  // namespace wick::upstream
