#include "mcp_transport/http_sse_transport.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/json.h"
#include "base/offload.h"
#include "mcp_transport/protocol.h"
#include "oauth_client/upstream_endpoint.h"

namespace wick::upstream {
namespace {

constexpr const char* kStreamEnded = "The MCP server ended its event stream, and with it the session.";

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left_until(Clock::time_point end) {
  return std::max(std::chrono::milliseconds(0),
                  std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
}

// Gives other work of the io thread a turn, because a server may send without a pause.
http::Task<void> take_turns(http::Executor executor) {
  co_await boost::asio::post(executor, boost::asio::use_awaitable_t<http::Executor>());
}

}  // namespace

http::Task<Result<std::shared_ptr<HttpSseTransport>>> HttpSseTransport::open(
    std::shared_ptr<StreamableHttpTransport> requests, std::shared_ptr<AccessRefusal> refusal,
    std::chrono::milliseconds patience, bool& is_stream) {
  const auto until = Clock::now() + patience;
  const HttpEndpoint& target = requests->target();
  const auto executor = co_await boost::asio::this_coro::executor;
  const NegotiatedServer nobody;
  auto stream = requests->http().start(requests->get(nobody, ""));
  WICK_CO_TRY(head, co_await stream->head(left_until(until)));
  if (head->status != 200 || !is_event_stream(*head)) {
    const IncomingMessage incoming = std::move(read_messages("", *head).front());
    record_refusal(refusal, incoming);
    co_return not_mcp(incoming);
  }
  is_stream = true;
  SseReader events(target.max_response_bytes, SseReader::TooLarge::kDrop);
  std::optional<SseEvent> first;
  for (int seen = 0; !first || first->type != "endpoint";) {
    first = events.next();
    if (first && ++seen > kMaxEventsBeforeEndpoint)
      co_return fail(ErrorCode::kUpstream,
                     "The MCP server's event stream does not begin with an endpoint event.");
    if (first) continue;
    WICK_CO_TRY(bytes, co_await stream->read(left_until(until)));
    if (bytes.empty() || Clock::now() >= until)
      co_return fail(ErrorCode::kUpstream, "The MCP server's event stream has no endpoint event.");
    WICK_CO_CHECK(events.feed(bytes));
    co_await take_turns(executor);
  }
  auto endpoint = resolve_same_origin(target.url, first->data);
  if (!endpoint) {
    co_return fail(ErrorCode::kUpstream,
                   "The MCP server demands messages at an address with another scheme, host or port, "
                   "which is refused: " +
                       excerpt(first->data));
  }
  const auto line = std::make_shared<HttpSseTransport>(requests, stream, std::move(*endpoint), executor);
  boost::asio::co_spawn(executor,
                        read_stream(line, std::move(requests), std::move(stream), std::move(events)),
                        boost::asio::detached);
  co_return line;
}

HttpSseTransport::~HttpSseTransport() {
  stream_->interrupt();
}

http::Task<void> HttpSseTransport::read_stream(std::weak_ptr<RoutedTransport> of,
                                               std::shared_ptr<StreamableHttpTransport> requests,
                                               std::shared_ptr<http::ClientStream> stream, SseReader events) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const std::size_t limit = requests->target().max_response_bytes;
  std::size_t in_a_row = 0;
  std::string why;
  while (why.empty()) {
    if (const auto event = events.next()) {
      Result<json::value> value = json::value();
      const auto work = [&]() -> Result<json::value> {
        return parse_json(event->data, InvalidUtf8::kReplace);
      };
      if (requests->long_work() == nullptr || event->data.size() <= kLongWorkBytes) {
        value = work();
      } else {
        value = co_await offload(*requests->long_work(), "", work);
      }
      const auto line = std::static_pointer_cast<HttpSseTransport>(of.lock());
      if (line == nullptr) co_return;
      if (event->dropped) {
        line->fail_dropped(*event->dropped, limit);
      } else {
        line->route(event->data, std::move(value));
      }
      in_a_row += event->data.size() + 1;
      if (in_a_row <= kLongWorkBytes) continue;
      in_a_row = 0;
      co_await take_turns(executor);
      continue;
    }
    auto bytes = co_await stream->read(kForever);
    if (!bytes || bytes->empty()) {
      why = kStreamEnded;
    } else if (auto fed = events.feed(*bytes); !fed) {
      why = fed.error().message;
    }
  }
  stream->interrupt();
  if (const auto line = std::static_pointer_cast<HttpSseTransport>(of.lock())) line->end_slots(why);
}

http::ClientRequest HttpSseTransport::post(const NegotiatedServer& negotiated, std::string body) const {
  http::ClientRequest request = requests_->post(negotiated, std::move(body));
  request.url = endpoint_;
  request.max_response_bytes = requests_->target().max_response_bytes;
  return request;
}

std::shared_ptr<PendingRequest> HttpSseTransport::start_request(const NegotiatedServer& negotiated,
                                                                OutgoingRequest request) {
  const auto slot = open_slot(request.id);
  if (has_ended()) return slot;
  http::ClientRequest sent = post(negotiated, request_text(request));
  sent.holder = request.holder;
  boost::asio::co_spawn(executor_, deliver(shared_from_this(), slot, std::move(sent)), boost::asio::detached);
  return slot;
}

// The response arrives on the stream. The status of the POST only shows whether the message was accepted. Some servers send the
// response in the POST too.
http::Task<void> HttpSseTransport::deliver(std::shared_ptr<RoutedTransport> /*keeps itself*/,
                                           std::shared_ptr<Slot> slot, http::ClientRequest request) {
  auto response = co_await requests_->http().send(std::move(request));
  if (!response) {
    // A server may keep the POST open until the request has ended.
    if (response.error().code != ErrorCode::kTimeout)
      slot->end(std::move(response.error().message), response.error().code);
    co_return;
  }
  const bool is_taken = response->status >= 200 && response->status < 300;
  for (IncomingMessage& incoming : read_messages(response->body, *response)) {
    const bool is_answer = !incoming.message.empty() && incoming.message.contains("jsonrpc");
    if (is_taken && !is_answer) continue;
    // The session has ended, or the server was restarted. The next request opens a new stream.
    incoming.refused_session =
        incoming.status == 400 || incoming.status == 404 || incoming.status == 409 || incoming.status == 410;
    const bool is_over = incoming.refused_session;
    slot->deliver(std::move(incoming));
    if (is_over) end_slots(kStreamEnded);
  }
}

http::Task<Result<IncomingMessage>> HttpSseTransport::send_message(const NegotiatedServer& negotiated,
                                                                   json::object message) {
  http::ClientRequest sent = post(negotiated, to_json(message));
  WICK_CO_TRY(response, co_await requests_->http().send(std::move(sent)));
  co_return std::move(read_messages("", response).front());
}

http::Task<void> HttpSseTransport::close(const NegotiatedServer&) {
  stream_->interrupt();
  end_slots("The session has been ended.");
  co_return;
}

void HttpSseTransport::authorize(const std::string& header, const std::string& value) {
  requests_->authorize(header, value);
}

}  // namespace wick::upstream
