#include "mcp/request_stream.h"

#include "base/json.h"
#include "crypto/random.h"
#include "mcp/stream_hub.h"

namespace wick::mcp {
namespace {

json::object failed_answer(json::value error) {
  json::object answer;
  answer[kRefusedAnswer] = std::move(error);
  return answer;
}

}  // namespace

std::string event(std::string_view text) {
  return std::string("event: message\ndata: ").append(text).append("\n\n");
}

json::object carried_capabilities(const json::object& declared) {
  json::object out;
  for (const char* one : {"elicitation", "sampling", "roots"}) {
    const auto* value = declared.if_contains(one);
    if (value != nullptr && value->is_object()) out[one] = *value;
  }
  // Wick does not forward changes of the roots to connected servers.
  if (auto* roots = out.if_contains("roots")) roots->get_object().erase("listChanged");
  return to_json(out).size() <= kMaxCapabilityBytes ? out : json::object();
}

RequestStream::RequestStream(http::Exchange& exchange, const Message& message, std::string client_key,
                             json::object capabilities, LegacyRequests& legacy,
                             std::function<bool()> still_valid, bool may_stream)
    : exchange_(exchange),
      message_(message),
      legacy_(legacy),
      still_valid_(std::move(still_valid)),
      may_stream_(may_stream) {
  client_.client_key = std::move(client_key);
  client_.capabilities = std::move(capabilities);
  // Without a stream, Wick cannot send requests to the client.
  if (!may_stream && !message.modern) client_.capabilities.clear();
  client_.modern = message.modern;
  if (message.modern) client_.log_level = message.log_level;
  if (may_stream) client_.progress_token = message.progress_token;
  client_.meta = message.meta;
  client_.cancellation = std::make_shared<Cancellation>();
  client_.notify = [this](json::object notification) -> http::Task<void> {
    std::string text = ": keep-alive\n\n";
    if (!notification.empty()) text = event(to_json(notification));
    if (may_stream_ && (writer_ != nullptr || !notification.empty())) co_await write(std::move(text));
  };
  if (message.modern) {
    cancel_when_gone();
  } else {
    entry_ = legacy.add_request(client_.client_key, message.id, client_.cancellation);
  }
}

void RequestStream::cancel_when_gone() {
  exchange_.watch([cancellation = client_.cancellation] { cancellation->cancel(); });
}

http::Task<bool> RequestStream::write(std::string text) {
  if (!still_valid_()) {
    client_.cancellation->cancel();
    co_return false;
  }
  if (writer_ == nullptr) writer_ = co_await exchange_.start_stream("text/event-stream");
  const bool is_connected = co_await writer_->write(std::move(text));
  co_return is_connected;
}

http::Task<std::optional<json::object>> RequestStream::send_request(const json::object& request) {
  const std::string id = "\"wick-" + random_hex(12) + "\"";
  const auto answer = std::make_shared<LegacyRequests::Response>(1);
  const auto entry = legacy_.add_server_request(client_.client_key, id, answer);
  client_.cancellation->on_cancel([answer] { answer->close(); });
  const auto* method = request.if_contains("method");
  const auto* params = request.if_contains("params");
  std::string text = R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":)" +
                     (method == nullptr ? "\"\"" : to_json(*method)) + R"(,"params":)" +
                     (params == nullptr ? "{}" : to_json(*params)) + "}";
  bool is_connected = co_await write(event(text));
  exchange_.watch(
      [answer] { answer->close(); });  // the client cannot respond to a request on a closed stream
  for (std::chrono::seconds waited{}; is_connected && waited < kMaxAnswerTime && !is_cancelled();
       waited += kKeepAliveInterval) {
    auto message = co_await answer->take(kKeepAliveInterval);
    if (message) {
      client_.cancellation->on_cancel(nullptr);
      if (auto* result = message->if_contains("result"); result != nullptr && result->is_object())
        co_return std::move(result->get_object());
      auto* error = message->if_contains("error");
      co_return failed_answer(error == nullptr ? json::value(json::object()) : std::move(*error));
    }
    is_connected = co_await write(": keep-alive\n\n");
  }
  client_.cancellation->on_cancel(nullptr);
  co_return std::nullopt;
}

http::Task<bool> RequestStream::request_inputs(const json::object& result, json::object& params) {
  json::object answers;
  const auto* requests = result.if_contains("inputRequests");
  if (requests != nullptr && requests->is_object()) {
    for (const auto& one : requests->get_object()) {
      if (!one.value().is_object()) continue;
      auto answer = co_await send_request(one.value().get_object());
      if (is_cancelled()) break;  // the next attempt cancels the request at the server
      if (!answer) co_return false;
      answers[one.key()] = std::move(*answer);
    }
  }
  params["inputResponses"] = std::move(answers);
  params.erase("requestState");
  if (const auto* state = result.if_contains("requestState")) params["requestState"] = *state;
  co_return true;
}

http::Task<std::optional<http::Response>> RequestStream::finish(std::string text) {
  if (is_cancelled() && !message_.modern) {
    // 2025-11-25, cancellation: no response. The stream ends without one.
    if (!may_stream_) co_return json_response("", 202);
    if (writer_ == nullptr) co_await exchange_.start_stream("text/event-stream");
    co_return http::Response{};
  }
  if (writer_ == nullptr) co_return std::nullopt;
  co_await write(event(text));
  co_return http::Response{};
}

std::unique_ptr<RequestStream> open_request_stream(const RequestContext& context,
                                                   const ConnectorEntry& connector, const Runner& runner,
                                                   const Authenticator& authenticator,
                                                   LegacyRequests& legacy) {
  const bool is_mcp_server = runner.is_mcp_server(connector);
  if (!is_mcp_server && !runner.can_be_cancelled(connector)) return nullptr;
  auto stream = std::make_unique<RequestStream>(
      *context.exchange, *context.message, client_key_of(context),
      context.session ? context.session->capabilities : carried_capabilities(context.message->capabilities),
      legacy,
      [&authenticator, principal = context.principal] { return authenticator.still_valid(principal); },
      is_mcp_server && context.may_stream);
  if (!is_mcp_server) stream->cancel_when_gone();
  return stream;
}

http::Task<Answer> finish_stream(RequestStream* stream, Answer answer) {
  if (stream == nullptr) co_return answer;
  // The credential has ended. A stream that has started just ends.
  if (answer.response && !stream->is_streaming()) co_return answer;
  if (answer.response) co_return Answer{{}, http::Response{}};
  auto ended = co_await stream->finish(answer.text);
  if (ended) co_return Answer{{}, std::move(*ended)};
  co_return answer;
}

}  // namespace wick::mcp
