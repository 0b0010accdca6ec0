// StreamableHttpTransport: the Streamable HTTP transport, of either generation.
//
// Every message is a POST. The response is one JSON value or a stream of events. A legacy server may close a stream before
// the response, and continue it after a request with Last-Event-ID (2025-11-25, transports, "Resumability and
// Redelivery"). The transport makes that request, at most kMaxResumes times without a message in between.
// The headers are those of the connector; the credential of Wick's caller is never sent. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "base/fair_pool.h"
#include "http/client.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

inline constexpr int kMaxResumes = 5;
inline constexpr std::chrono::milliseconds kMaxRetryDelay{
    30'000};  // the longest pause that a server may ask for

struct HttpEndpoint {
  std::string url;
  Headers headers;
  std::chrono::seconds timeout{30};
  std::size_t max_response_bytes = 1 << 20;  // of one message
  bool allow_private_addresses = false;
  std::string connector;  // the connector whose share of requests it uses
};

class StreamableHttpTransport final : public Transport,
                                      public std::enable_shared_from_this<StreamableHttpTransport> {
 public:
  // Long messages are parsed on `long_work`; null: on the thread of the request.
  StreamableHttpTransport(http::Client& http, HttpEndpoint target, FairPool* long_work = nullptr)
      : http_(http), target_(std::move(target)), long_work_(long_work) {}

  std::string next_id() override { return std::to_string(++last_id_); }
  std::shared_ptr<PendingRequest> start_request(const NegotiatedServer& negotiated,
                                                OutgoingRequest request) override;
  http::Task<Result<IncomingMessage>> send_message(const NegotiatedServer& negotiated,
                                                   boost::json::object message) override;
  std::shared_ptr<PendingRequest> listen(const NegotiatedServer& negotiated) override;
  http::Task<void> close(const NegotiatedServer& negotiated) override;
  void authorize(const std::string& header, const std::string& value) override;
  http::ClientRequest post(const NegotiatedServer& negotiated, std::string body) const;
  http::ClientRequest get(const NegotiatedServer& negotiated, const std::string& last_event_id) const;
  http::Client& http() { return http_; }
  FairPool* long_work() const { return long_work_; }
  const HttpEndpoint& target() const { return target_; }

 private:
  http::Client& http_;
  const HttpEndpoint target_;
  FairPool* const long_work_;
  std::atomic<std::uint64_t> last_id_ = 0;
  mutable std::mutex mutex_;
  std::pair<std::string, std::string> credential_;
};

// Encodes any text as a header value (2026-07-28, transports, "Value Encoding").
std::string header_value(std::string_view text);
// A JSON-RPC request as text.
std::string request_text(const OutgoingRequest& request);
// Whether a response is a stream of server-sent events. Media types are case-insensitive.
bool is_event_stream(const http::ClientResponse& head);
// The messages in the body of a response, or in one event of it: one message, or a batch (2025-03-26). There is at least
// one. It is empty when the text is not MCP, or is a batch of more than kMaxBatchMessages.
std::deque<IncomingMessage> read_messages(std::string_view text, const http::ClientResponse& head);

}  // namespace wick::upstream
