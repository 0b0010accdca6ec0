#include "mcp_client/messages.h"

#include <gtest/gtest.h>

#include "mcp_transport/routed_transport.h"
#include "mcp_transport/streamable_http_transport.h"

namespace wick::upstream {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).get_object();
}

TEST(Messages, AnAnswerIsKnownByItsIdAsANumberOrAsText) {
  for (const char* text : {R"({"id":7,"result":{"a":1}})", R"({"id":"7","result":{"a":1}})"}) {
    auto message = object(text);
    const auto reply = take_response(message, "7");
    ASSERT_TRUE(reply) << text;
    EXPECT_FALSE(reply->is_error);
    EXPECT_TRUE(reply->result.contains("a"));
  }
  auto other = object(R"({"id":8,"result":{}})");
  EXPECT_FALSE(take_response(other, "7"));
  auto request = object(R"({"id":7,"method":"ping"})");
  EXPECT_FALSE(take_response(request, "7"));
}

TEST(Messages, AnErrorWithoutAnIdAnswersToo) {
  auto message = object(R"({"id":null,"error":{"code":-32600,"message":"what?","data":{"x":1}}})");
  const auto reply = take_response(message, "7");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error_code, -32600);
  EXPECT_EQ(reply->error_message, "what?");
  EXPECT_TRUE(reply->error_data.is_object());
  auto zero = object(R"({"id":7,"error":{"code":0,"message":""}})");
  const auto answer = take_response(zero, "7");
  EXPECT_TRUE(answer->is_error) << "an error is never taken for a result";
  EXPECT_EQ(answer->error_code, 0) << "its code is the server's own";
}

struct Answer {
  int status;
  const char* body;  // JSON, or words
  bool is_lost_with_session, is_lost_without;
};

IncomingMessage incoming_of(const Answer& answer) {
  http::ClientResponse head;
  head.status = answer.status;
  return read_messages(answer.body, head).front();
}

TEST(Messages, ALostSessionIsKnownInEachOfItsForms) {
  const Answer answers[] = {
      {404, "", true, false},
      {404, "Session not found", true, true},
      {404, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}})", true,
       true},
      {404, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no such method"}})", false, false},
      {400, "who are you?", true, false},
      {400, "No valid session ID provided", true, true},
      {400, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request"}})", true, false},
      {400,
       R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: Server not initialized"}})",
       true, true},
      {400, R"({"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request"}})", true,
       false},
      {400, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"Invalid session ID"}})", true, true},
      {400, R"({"error":"unknown session"})", true, true},
      {422, R"({"detail":"Session not found"})", true, true},
      {422, R"({"detail":"the list is too long"})", false, false},
      {400, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the list is too long"}})", false,
       false},
      {400, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"missing argument: session"}})",
       false, false},
      {405, "", true, false},
      {410, "gone", true, false},
      {500, "boom", false, false},
      {500, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"Session expired"}})", true, true},
      {503, "", false, false},
      {401, "Session expired", true, false},
      {403, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Session not found"}})", true,
       false},
      {401, "", false, false},
      {403, R"({"error":"this account may not do that"})", false, false},
      {404, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Session not found"}})", true, false},
      {404, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no such file"}})", false, false},
      {409, "SESSION_NOT_FOUND", true, true},
      {500, R"({"error":"SessionNotFoundError"})", true, true},
      {422, "Unrecognized session id", true, true},
      {400,
       R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"Bad Request","data":"no session found"}})",
       true, true},
      {200,
       R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"Bad Request","data":{"reason":"stale session"}}})",
       true, false},
      {200, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"Could not find session abc"}})",
       true, false},
      {200,
       R"({"jsonrpc":"2.0","id":7,"error":{"code":-32002,"message":"Received request before initialization was complete"}})",
       true, false},
      {200, R"({"error":"Session not found"})", true, false},
      {200, "Invalid session", true, false},
      {200, R"({"error":"the disk is full"})", false, false},
      {202, "", false, false},
      {200,
       R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"the transport company was not found"}})",
       false, false},
      {429, "too many sessions: no session available, none closed", false, false},
      {200, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32001,"message":"Session not found"}})", true, false},
      {200, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session ID is required"}})", true,
       false},
      {200, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"session not found"}})", false,
       false},
      {200, R"({"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"session not found"}})", false, false},
      {200, R"({"jsonrpc":"2.0","id":7,"result":{"isError":true,"error":"session not found"}})", false,
       false},
      {200, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"the disk is full"}})", false, false},
  };
  NegotiatedServer with, without, modern;
  with.session = modern.session = "s";
  modern.modern = true;
  for (const Answer& one : answers) {
    EXPECT_EQ(is_lost_session(with, incoming_of(one), "7"), one.is_lost_with_session)
        << one.status << " " << one.body;
    EXPECT_EQ(is_lost_session(without, incoming_of(one), "7"), one.is_lost_without)
        << one.status << " " << one.body << " without a session";
    EXPECT_FALSE(is_lost_session(modern, incoming_of(one), "7")) << one.status << " " << one.body;
  }
  IncomingMessage challenged = incoming_of({401, "Session expired", false, false});
  challenged.challenge = "Bearer";
  EXPECT_FALSE(is_lost_session(with, challenged, "7")) << "it asks for credentials";
}

TEST(Messages, ABatchIsItsMessagesAndAnythingElseIsNone) {
  http::ClientResponse head;
  const auto count = [&](std::string_view text) {
    const auto all = read_messages(text, head);
    return all.front().message.empty() ? 0u : all.size();
  };
  EXPECT_EQ(count(R"({"id":1,"result":{}})"), 1u);
  EXPECT_EQ(count("\xEF\xBB\xBF[{\"id\":1,\"result\":{}},7,{\"x\":1},{\"method\":\"a\"}]"), 2u);
  EXPECT_EQ(count("[]"), 0u);
  EXPECT_EQ(count("[7]"), 0u);
  EXPECT_EQ(count("{}"), 0u);
  EXPECT_EQ(count("not JSON"), 0u);
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxBatchMessages; ++i) many += R"({"method":"a"},)";
  many.back() = ']';
  EXPECT_EQ(count(many), kMaxBatchMessages);
  many.back() = ',';
  EXPECT_EQ(count(many + R"({"method":"a"}])"), 0u);
}

TEST(Messages, AnEventStreamIsKnownInAnyCaseAndWithParameters) {
  for (const auto& [type, is_stream] : {std::pair{"text/event-stream", true},
                                        {"Text/Event-Stream; charset=UTF-8", true},
                                        {"text/event-stream;charset=utf-8", true},
                                        {"text/event-streams", false},
                                        {"application/json", false},
                                        {"", false}}) {
    http::ClientResponse head;
    head.content_type = type;
    EXPECT_EQ(is_event_stream(head), is_stream) << type;
  }
}

TEST(Messages, ARedirectIsReportedWithItsTargetAndWithoutWhatIsSecretInIt) {
  http::ClientResponse head;
  head.status = 308;
  head.redirect_url = "https://ann:pw@new.example/mcp?key=k#f";
  const auto error = not_mcp(read_messages("", head).front());
  EXPECT_NE(error.error().message.find("a redirect to https://new.example/mcp, which is not followed"),
            std::string::npos)
      << error.error().message;
}

TEST(Messages, RequestedProgressHasTheTokenOfTheClient) {
  const auto progress =
      object(R"({"method":"notifications/progress","params":{"progressToken":7,"progress":1}})");
  McpClientSession client;
  EXPECT_FALSE(adapt_notification(progress, "7", client));
  client.progress_token = json::value("mine");
  const auto shown = adapt_notification(progress, "7", client);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->at("params").as_object().at("progressToken").as_string(), "mine");
  EXPECT_FALSE(adapt_notification(progress, "8", client)) << "another request's";
}

TEST(Messages, AModernClientHearsOnlyTheLogMessagesThatItAskedFor) {
  const auto log = [](const char* level) {
    return object(std::string(R"({"method":"notifications/message","params":{"level":")") + level + "\"}}");
  };
  McpClientSession client;
  EXPECT_FALSE(adapt_notification(log("emergency"), "1", client));
  client.log_level = "warning";
  EXPECT_FALSE(adapt_notification(log("info"), "1", client));
  EXPECT_TRUE(adapt_notification(log("error"), "1", client));
  client.modern = false;
  client.log_level.reset();
  EXPECT_TRUE(adapt_notification(log("debug"), "1", client)) << "a legacy client's level is its session's";
}

TEST(Messages, OnlyChangesInTheFilterAreWanted) {
  const auto filter = object(R"({"promptsListChanged":true,"resourceSubscriptions":["a://b"]})");
  EXPECT_TRUE(matches_filter(object(R"({"method":"notifications/prompts/list_changed"})"), filter));
  EXPECT_FALSE(matches_filter(object(R"({"method":"notifications/tools/list_changed"})"), filter));
  EXPECT_TRUE(matches_filter(
      object(R"({"method":"notifications/resources/updated","params":{"uri":"a://b"}})"), filter));
  EXPECT_FALSE(matches_filter(
      object(R"({"method":"notifications/resources/updated","params":{"uri":"a://c"}})"), filter));
  EXPECT_FALSE(matches_filter(object(R"({"method":"notifications/anything"})"), filter));
}

TEST(Messages, ModernRequestsHaveWicksOwnEnvelope) {
  McpClientSession client;
  client.meta["io.modelcontextprotocol/protocolVersion"] = "1999-01-01";
  client.meta["traceparent"] = "00-x";
  client.capabilities["sampling"] = json::object();
  NegotiatedServer peer;
  peer.modern = true;
  const auto meta = make_meta(peer, &client, RpcRequest(), "3", "info");
  EXPECT_EQ(meta.at("io.modelcontextprotocol/protocolVersion").as_string(), kModernVersion);
  EXPECT_EQ(meta.at("io.modelcontextprotocol/clientInfo").as_object().at("name").as_string(), "wick");
  EXPECT_TRUE(meta.at("io.modelcontextprotocol/clientCapabilities").as_object().contains("sampling"));
  EXPECT_EQ(meta.at("io.modelcontextprotocol/logLevel").as_string(), "info");
  EXPECT_EQ(meta.at("traceparent").as_string(), "00-x");
}

}  // namespace
}  // namespace wick::upstream
