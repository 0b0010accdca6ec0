#include "mcp_transport/streamable_http_transport.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/json.h"
#include "base/mailbox.h"
#include "base/media_type.h"
#include "base/offload.h"
#include "base/text.h"
#include "http/body_text.h"
#include "http/inflate.h"
#include "http/url_text.h"
#include "mcp_transport/lost_session.h"
#include "mcp_transport/protocol.h"
#include "mcp_transport/routed_transport.h"
#include "mcp_transport/sse.h"
#include "oauth_client/upstream_endpoint.h"

namespace wick::upstream {
namespace {

constexpr std::chrono::milliseconds kDefaultRetryDelay{1000};

std::string challenges_of(const http::ClientResponse& head) {
  std::string all;
  for (const auto& [name, value] : head.headers) {
    if (name == "www-authenticate") all.append(all.empty() ? "" : ", ").append(value);
  }
  return all;
}

// The text in the character set of the header, converted to UTF-8. nullopt: the text needs no conversion.
std::optional<std::string> decode_body(std::string_view text, const http::ClientResponse& head) {
  if (is_event_stream(head) || http::charset_of(head.content_type).empty()) return std::nullopt;
  auto body = http::body_text(std::string(text), head.content_type);
  return body ? std::move(*body) : std::nullopt;
}

bool is_message(const json::value& value) {
  // Some servers leave out "jsonrpc", which is accepted.
  const auto* message = value.if_object();
  return message != nullptr &&
         (message->contains("result") || message->contains("error") || message->contains("method"));
}

class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds patience)
      : at_(patience == kForever ? Clock::time_point::max() : Clock::now() + patience) {}
  bool passed() const { return at_ != Clock::time_point::max() && Clock::now() >= at_; }
  std::chrono::milliseconds left() const {
    if (at_ == Clock::time_point::max()) return kForever;
    return std::max(std::chrono::milliseconds(0),
                    std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()));
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point at_;
};

class HttpExchange final : public PendingRequest {
 public:
  HttpExchange(std::shared_ptr<StreamableHttpTransport> transport, const NegotiatedServer& negotiated,
               std::string holder, std::shared_ptr<http::ClientStream> stream)
      : transport_(std::move(transport)),
        negotiated_(negotiated),
        holder_(std::move(holder)),
        stream_(std::move(stream)) {}

  // The timeout is for the whole message, so that a server that sends single bytes cannot extend it.
  http::Task<Result<IncomingMessage>> next(std::chrono::milliseconds patience) override {
    const Deadline deadline(patience);
    for (;;) {
      const auto timeout = deadline.left();
      const auto stream = current();
      if (auto message = take_delivered()) co_return std::move(*message);
      if (!read_.empty()) {
        IncomingMessage incoming = std::move(read_.front());
        read_.pop_front();
        co_return incoming;
      }
      auto head = co_await stream->head(timeout);
      if (!head && has_delivered()) continue;
      if (!head) co_return fail(std::move(head.error()));
      begin_body(stream, **head);
      if (!is_event_stream(**head)) {
        auto whole = co_await rest_of(*stream, deadline);
        if (!whole && has_delivered()) continue;
        if (!whole) co_return fail(std::move(whole.error()));
        WICK_CO_TRY(messages, co_await read(std::move(*whole), **head));
        read_ = std::move(messages);
        continue;
      }
      if (auto event = events_.next()) {
        if (event->type == "endpoint" && !event->data.starts_with('{')) {
          IncomingMessage incoming;
          incoming.is_endpoint_event = true;
          co_return incoming;
        }
        bytes_without_pause_ += event->data.size();
        WICK_CO_TRY(messages, co_await read(std::move(event->data), **head));
        co_await take_turns();
        // Only a text that says that the session is lost is used.
        const IncomingMessage& first = messages.front();
        if (first.message.empty() && !is_lost_session(negotiated_, first, "")) continue;
        resumes_ = 0;
        read_ = std::move(messages);
        continue;
      }
      if (deadline.passed()) co_return fail(ErrorCode::kTimeout, "The system did not answer in time.");
      auto bytes = co_await read_body(*stream, timeout);
      if (bytes && !bytes->empty()) {
        WICK_CO_CHECK(events_.feed(*bytes));
        continue;
      }
      if (!bytes && has_delivered()) continue;
      const bool broken = !bytes && bytes.error().code == ErrorCode::kUpstream;
      if (!bytes && !broken) co_return fail(std::move(bytes.error()));
      WICK_CO_CHECK(co_await resume(deadline));
    }
  }

  void deliver(json::object message) override {
    std::shared_ptr<http::ClientStream> stream;
    {
      const std::lock_guard lock(mutex_);
      given_.emplace_back().message = std::move(message);
      stream = stream_;
    }
    stream->nudge();
  }

  void interrupt() override {
    std::shared_ptr<http::ClientStream> stream;
    {
      const std::lock_guard lock(mutex_);
      interrupted_ = true;
      stream = stream_;
    }
    stream->interrupt();
    pause_.close();
  }

 private:
  http::Task<Result<std::deque<IncomingMessage>>> read(std::string text, const http::ClientResponse& head) {
    FairPool* pool = transport_->long_work();
    const auto work = [&]() -> Result<std::deque<IncomingMessage>> { return read_messages(text, head); };
    if (pool == nullptr || text.size() <= kLongWorkBytes) co_return work();
    auto messages = co_await offload(*pool, holder_, work);
    co_return messages;
  }

  // Gives other work of the io thread a turn, because a server may send without a pause.
  http::Task<void> take_turns() {
    if (bytes_without_pause_ <= kLongWorkBytes) co_return;
    bytes_without_pause_ = 0;
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable_t<http::Executor>());
  }

  // Some servers compress the body although the request forbids it.
  void begin_body(const std::shared_ptr<http::ClientStream>& stream, const http::ClientResponse& head) {
    if (body_of_.lock() == stream) return;
    body_of_ = stream;
    const std::string coding = to_lower_ascii(trim(head.header("content-encoding")));
    inflater_.reset();
    if (coding == "gzip" || coding == "x-gzip" || coding == "deflate") inflater_.emplace();
    compressed_.clear();
    inflated_ = 0;
  }

  // Reads the next bytes of the body and decompresses them. As ClientStream::read()
  http::Task<Result<std::string>> read_body(http::ClientStream& stream, std::chrono::milliseconds timeout) {
    for (;;) {
      if (inflater_) {
        std::string_view rest = std::string_view(compressed_).substr(inflated_);
        auto piece = inflater_->next(rest);
        inflated_ = compressed_.size() - rest.size();
        if (!piece || !piece->empty()) {
          bytes_without_pause_ += http::kInflatedPieceBytes;
          co_await take_turns();
          co_return piece;
        }
      }
      auto bytes = co_await stream.read(timeout);
      if (!bytes || bytes->empty() || !inflater_) co_return bytes;
      compressed_ = std::move(*bytes);
      inflated_ = 0;
    }
  }

  std::shared_ptr<http::ClientStream> current() const {
    const std::lock_guard lock(mutex_);
    return stream_;
  }

  std::optional<IncomingMessage> take_delivered() {
    const std::lock_guard lock(mutex_);
    if (given_.empty()) return std::nullopt;
    IncomingMessage message = std::move(given_.front());
    given_.pop_front();
    return message;
  }
  bool has_delivered() const {
    const std::lock_guard lock(mutex_);
    return !given_.empty();
  }

  http::Task<Result<std::string>> rest_of(http::ClientStream& stream, const Deadline& deadline) {
    for (;;) {
      if (deadline.passed()) co_return fail(ErrorCode::kTimeout, "The system did not answer in time.");
      WICK_CO_TRY(bytes, co_await read_body(stream, deadline.left()));
      if (bytes.empty()) co_return std::move(whole_);
      whole_ += bytes;
      if (whole_.size() > transport_->target().max_response_bytes) {
        co_return fail(ErrorCode::kTooLarge, "The response is larger than " +
                                                 std::to_string(transport_->target().max_response_bytes) +
                                                 " bytes.");
      }
    }
  }

  http::Task<Result<void>> resume(const Deadline& deadline) {
    if (negotiated_.modern || events_.last_event_id().empty() || ++resumes_ > kMaxResumes) {
      co_return fail(ErrorCode::kUpstream, "The MCP server ended its answer before it was complete.");
    }
    const std::chrono::milliseconds requested = events_.retry_delay().value_or(kDefaultRetryDelay);
    const auto pause = std::min(std::min(requested, kMaxRetryDelay), deadline.left());
    co_await pause_.take(pause);
    const std::lock_guard lock(mutex_);
    if (interrupted_) co_return fail(ErrorCode::kUnavailable, "The request was interrupted.");
    http::ClientRequest request = transport_->get(negotiated_, events_.last_event_id());
    request.holder = holder_;
    stream_ = transport_->http().start(std::move(request));
    co_return Result<void>{};
  }

  const std::shared_ptr<StreamableHttpTransport> transport_;
  const NegotiatedServer negotiated_;
  const std::string holder_;
  mutable std::mutex mutex_;
  std::shared_ptr<http::ClientStream> stream_;
  bool interrupted_ = false;
  std::deque<IncomingMessage> given_;
  std::deque<IncomingMessage> read_;  // the messages of a batch that were not returned yet
  Mailbox<bool> pause_;
  SseReader events_{transport_->target().max_response_bytes};
  std::string whole_;
  std::weak_ptr<http::ClientStream> body_of_;  // the stream to which the members below belong
  std::optional<http::Inflater> inflater_;     // set when the body is compressed
  std::string compressed_;                     // received and not decompressed yet
  std::size_t inflated_ = 0;                   // decompressed bytes
  int resumes_ = 0;
  std::size_t bytes_without_pause_ = 0;  // bytes of events since other work had a turn
};

void add_standard_headers(const OutgoingRequest& request, http::ClientRequest& to) {
  to.headers.emplace_back("Mcp-Method", request.method);
  if (!request.name.empty()) to.headers.emplace_back("Mcp-Name", header_value(request.name));
  for (const auto& [name, value] : request.headers) to.headers.emplace_back(name, header_value(value));
}

}  // namespace

bool is_event_stream(const http::ClientResponse& head) {
  const auto media = parse_media_type(head.content_type);
  return media && media->essence() == "text/event-stream";
}

std::deque<IncomingMessage> read_messages(std::string_view text, const http::ClientResponse& head) {
  IncomingMessage first;
  first.status = head.status;
  first.challenge = challenges_of(head);
  first.session = head.header("mcp-session-id");
  first.redirect = truncate_utf8(http::without_credentials(head.redirect_url), kMaxEndpointUrlBytes);
  std::deque<IncomingMessage> all;
  const auto decoded = decode_body(text, head);
  auto value = parse_json(decoded ? *decoded : text, InvalidUtf8::kReplace);
  if (value && is_message(*value)) {
    first.message = std::move(value->get_object());
  } else if (auto* batch = value ? value->if_array() : nullptr;
             batch != nullptr && batch->size() <= kMaxBatchMessages) {
    for (json::value& one : *batch) {
      if (is_message(one)) all.emplace_back(first).message = std::move(one.get_object());
    }
  }
  const std::string_view words = truncate_utf8(text, kMaxWordsBytes);
  if (first.message.empty() && is_valid_utf8(words)) first.words = words;
  if (all.empty()) all.push_back(std::move(first));
  return all;
}

std::string header_value(std::string_view text) {
  const bool plain =
      !text.empty() && text.front() != ' ' && text.back() != ' ' && text.front() != '\t' &&
      text.back() != '\t' &&
      std::all_of(text.begin(), text.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); }) &&
      !(text.starts_with("=?base64?") && text.ends_with("?="));
  return plain ? std::string(text) : "=?base64?" + to_base64(text) + "?=";
}

std::string request_text(const OutgoingRequest& request) {
  return R"({"jsonrpc":"2.0","id":)" + request.id + R"(,"method":)" + to_json(json::string(request.method)) +
         R"(,"params":)" + to_json(request.params) + "}";
}

http::ClientRequest StreamableHttpTransport::post(const NegotiatedServer& negotiated,
                                                  std::string body) const {
  http::ClientRequest request = get(negotiated, "");
  request.method = "POST";
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Accept"; });
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", "application/json, text/event-stream");
  request.has_body = true;
  request.body = std::move(body);
  return request;
}

http::ClientRequest StreamableHttpTransport::get(const NegotiatedServer& negotiated,
                                                 const std::string& last_event_id) const {
  http::ClientRequest request;
  request.url = target_.url;
  request.headers = target_.headers;
  {
    const std::lock_guard lock(mutex_);
    if (!credential_.first.empty()) request.headers.push_back(credential_);
  }
  request.headers.emplace_back("Accept", "text/event-stream");
  // RFC 9110 §12.5.3: without the field, the server may use any coding.
  request.headers.emplace_back("Accept-Encoding", "identity");
  if (!last_event_id.empty()) request.headers.emplace_back("Last-Event-ID", last_event_id);
  if (!negotiated.version.empty()) request.headers.emplace_back("MCP-Protocol-Version", negotiated.version);
  if (!negotiated.session.empty()) request.headers.emplace_back("Mcp-Session-Id", negotiated.session);
  request.timeout = target_.timeout;
  request.max_response_bytes = 0;
  request.allow_private_addresses = target_.allow_private_addresses;
  request.connector = target_.connector;
  return request;
}

std::shared_ptr<PendingRequest> StreamableHttpTransport::start_request(const NegotiatedServer& negotiated,
                                                                       OutgoingRequest request) {
  http::ClientRequest sent = post(negotiated, request_text(request));
  sent.holder = request.holder;
  if (negotiated.modern) add_standard_headers(request, sent);
  return std::make_shared<HttpExchange>(shared_from_this(), negotiated, std::move(request.holder),
                                        http_.start(std::move(sent)));
}

http::Task<Result<IncomingMessage>> StreamableHttpTransport::send_message(const NegotiatedServer& negotiated,
                                                                          json::object message) {
  http::ClientRequest sent = post(negotiated, to_json(message));
  sent.max_response_bytes = target_.max_response_bytes;
  WICK_CO_TRY(response, co_await http_.send(std::move(sent)));
  co_return std::move(read_messages("", response).front());
}

std::shared_ptr<PendingRequest> StreamableHttpTransport::listen(const NegotiatedServer& negotiated) {
  return std::make_shared<HttpExchange>(shared_from_this(), negotiated, "", http_.start(get(negotiated, "")));
}

void StreamableHttpTransport::authorize(const std::string& header, const std::string& value) {
  const std::lock_guard lock(mutex_);
  credential_ = {header, value};
}

http::Task<void> StreamableHttpTransport::close(const NegotiatedServer& negotiated) {
  if (negotiated.session.empty()) co_return;
  http::ClientRequest request = get(negotiated, "");
  request.method = "DELETE";
  request.max_response_bytes = target_.max_response_bytes;
  // Errors are ignored: a server that does not support DELETE, or cannot be reached, ends its sessions itself.
  co_await http_.send(std::move(request));
}

}  // namespace wick::upstream
