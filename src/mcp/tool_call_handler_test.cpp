// Calls of tools with a kind of connector that answers at once: no process, no socket.
#include "mcp/tool_call_handler.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/text.h"
#include "mcp/tools.h"
#include "testing/runner_fixture.h"

namespace wick::mcp {
namespace {

json::object object(std::string_view text) {
  return parse_trusted_json(text).as_object();
}

// `echo` returns its arguments, `fail` fails.
class EchoKind final : public ConnectorKind {
 public:
  std::string_view kind() const override { return "echo"; }
  std::string_view name() const override { return "Echo"; }
  std::string_view description() const override { return "For tests."; }
  std::vector<ConfigField> fields() const override { return {}; }
  bool custom_operations() const override { return false; }
  std::vector<OperationEntry> operations() const override {
    std::vector<OperationEntry> all(2);
    all[0].key = "echo";
    all[1].key = "fail";
    for (OperationEntry& operation : all) {
      operation.name = operation.key;
      operation.input_schema = object(R"({"type":"object"})");
    }
    return all;
  }
  Result<void> check_config(const json::object&) const override { return {}; }
  Result<void> check_operation(const json::object&) const override { return {}; }
  CallTask call(Call call) override {
    if (call.operation->key == "fail") co_return call_failed("It failed.");
    CallResult result;
    result.text = to_json(call.arguments);
    co_return result;
  }
};

class RecordedStream final : public http::StreamWriter {
 public:
  http::Task<bool> write(std::string chunk) override {
    text += chunk;
    ++chunks;
    co_return chunks < max_chunks;
  }
  std::string text;
  int chunks = 0, max_chunks = 1000;  // the client goes with the last
};

class RecordedExchange final : public http::Exchange {
 public:
  explicit RecordedExchange(http::Executor executor) : executor_(executor) {}
  const http::Request& request() const override { return request_; }
  http::Executor executor() override { return executor_; }
  http::Task<http::StreamWriter*> start_stream(std::string) override {
    has_stream = true;
    co_return &stream;
  }
  void watch(std::function<void()>) override {}

  RecordedStream stream;
  bool has_stream = false;

 private:
  http::Request request_;
  http::Executor executor_;
};

class ToolCalls : public testing::Test, protected RunnerFixture {
 protected:
  ToolCalls() {
    kinds.add(std::make_unique<EchoKind>());
    start();
    connector = service->create({"echo", "Echo", "", "", {}, {}}).value();
    principal.credential.user = caller.user;
    principal.credential.id = TokenId::make();
    index.put(principal.digest, principal.credential);
    message.id = "7";
    message.method = "tools/call";
  }
  Answer handle(json::object params) {
    message.params = std::move(params);
    RequestContext request;
    request.exchange = &exchange;
    request.principal = principal;
    request.access = EffectiveAccess(access->snapshot(), caller.user, nullptr);
    request.message = &message;
    request.may_stream = true;
    Answer answer;
    boost::asio::co_spawn(
        context.get_executor(), [&]() -> http::Task<void> { answer = co_await handler.handle(request); },
        boost::asio::detached);
    context.restart();
    context.run();
    return answer;
  }
  json::object execute(json::object arguments) {
    const Answer answer = handle({{"name", "wick_execute"}, {"arguments", std::move(arguments)}});
    return object(answer.text).at("result").as_object();
  }
  std::string tool(const char* operation) { return "conn:" + connector.str() + "/" + operation; }

  ConnectorId connector;
  CredentialIndex index;
  Authenticator authenticator{index, clock, "http://127.0.0.1"};
  LegacyRequests legacy;
  ToolCallHandler handler{*runner, authenticator, legacy, pool, pool};
  Principal principal;
  Message message;
  RecordedExchange exchange{context.get_executor()};
};

TEST_F(ToolCalls, AToolIsCalledByTheNameOfTheConnectorAndTheOperation) {
  const Answer answer = handle(object(R"({"name":"echo__echo","arguments":{"a":1}})"));
  const json::object result = object(answer.text).at("result").as_object();
  EXPECT_EQ(result.at("content").as_array().at(0).at("text"), R"({"a":1})");
  EXPECT_EQ(last_run().status, RunStatus::kOk);
  EXPECT_EQ(last_run().source, RunSource::kMcp);
  EXPECT_EQ(last_run().credential_id, principal.credential.id.str());
}

TEST_F(ToolCalls, AToolThatDoesNotExistIsAnErrorAndOnRecord) {
  const Answer answer = handle(object(R"({"name":"echo__none"})"));
  EXPECT_EQ(object(answer.text).at("error").at("code"), int(kInvalidParams));
  EXPECT_EQ(last_run().status, RunStatus::kDenied);
  EXPECT_EQ(last_run().operation, "echo__none");
}

TEST_F(ToolCalls, ACallOfARevokedCredentialIsChallengedAndGetsNoResult) {
  index.erase(principal.digest);
  const Answer answer = handle(object(R"({"name":"echo__echo"})"));
  ASSERT_TRUE(answer.response);
  EXPECT_EQ(answer.response->status, 401);
  EXPECT_EQ(last_run().status, RunStatus::kCancelled);
}

TEST_F(ToolCalls, AFailedOperationIsAResultThatAModelCanRead) {
  const Answer answer = handle(object(R"({"name":"echo__fail"})"));
  const json::object result = object(answer.text).at("result").as_object();
  EXPECT_TRUE(result.at("isError").as_bool());
  EXPECT_EQ(result.at("content").as_array().at(0).at("text"), "It failed.");
}

TEST_F(ToolCalls, EachResultOfABatchStandsOnItsOwn) {
  json::array calls;
  calls.push_back(json::object{{"tool_id", tool("fail")}});
  calls.push_back(json::object{{"tool_id", tool("none")}});
  calls.push_back(json::object{{"tool_id", "no id"}});
  calls.push_back(json::object{{"tool_id", tool("echo")}, {"arguments", {{"a", 1}}}});
  const json::object result = execute({{"calls", std::move(calls)}});
  EXPECT_FALSE(result.contains("isError"));
  const json::array& results = result.at("structuredContent").at("results").as_array();
  ASSERT_EQ(results.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(results[i].at("isError").as_bool()) << i;
  EXPECT_EQ(results[3].at("content").as_array().at(0).at("text"), R"({"a":1})");
  EXPECT_EQ(text_or_empty(results[3].as_object(), "tool_id"), tool("echo"));
}

TEST_F(ToolCalls, ABatchReportsEachResultToAClientThatAsksForProgress) {
  message.progress_token = json::value("p");
  json::array calls(2, json::value(json::object{{"tool_id", tool("echo")}}));
  handle({{"name", "wick_execute"}, {"arguments", {{"calls", calls}}}});
  ASSERT_TRUE(exchange.has_stream);
  EXPECT_EQ(exchange.stream.chunks, 3);
  EXPECT_NE(exchange.stream.text.find(R"("progressToken":"p","progress":2,"total":2)"), std::string::npos)
      << exchange.stream.text;
}

TEST_F(ToolCalls, ABatchEndsWhenItsClientHasGone) {
  message.progress_token = json::value("p");
  exchange.stream.max_chunks = 1;
  json::array calls(3, json::value(json::object{{"tool_id", tool("echo")}}));
  handle({{"name", "wick_execute"}, {"arguments", {{"calls", calls}}}});
  EXPECT_EQ(log->search({}, false)->runs.size(), 1u);
}

TEST(ParseExecute, OneCallOrSeveralAreRead) {
  json::object one = object(R"({"tool_id":"a/b","arguments":{"x":1}})");
  const auto single = parse_execute(one);
  ASSERT_TRUE(single);
  EXPECT_FALSE(single->is_batch);
  EXPECT_EQ(single->calls.at(0).tool_id, "a/b");
  EXPECT_EQ(single->calls.at(0).arguments, object(R"({"x":1})"));

  json::object several = object(R"({"calls":[{"tool_id":"a/b"},{"tool_id":"c/d","arguments":{}}]})");
  const auto batch = parse_execute(several);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->is_batch);
  EXPECT_EQ(batch->calls.at(1).tool_id, "c/d");
}

TEST(ParseExecute, ArgumentsOfAnotherFormAreRefusedAndStay) {
  for (const char* text :
       {R"({})", R"({"tool_id":7})", R"({"calls":[]})", R"({"calls":{}})", R"({"calls":[1]})",
        R"({"calls":[{"tool_id":"a/b","arguments":{"x":1}},{"id":"c"}]})"}) {
    json::object arguments = object(text);
    EXPECT_FALSE(parse_execute(arguments)) << text;
    EXPECT_EQ(arguments, object(text));
  }
  json::object too_many;
  too_many["calls"] = json::array(kMaxExecuteCalls + 1, json::value(object(R"({"tool_id":"a/b"})")));
  EXPECT_FALSE(parse_execute(too_many));
}

}  // namespace
}  // namespace wick::mcp
