// StreamableHttpTransport: an MCP server over Streamable HTTP, of either era.
//
// Every message is a POST; the answer is one JSON value or a stream of events. A legacy server may close a
// stream before the answer and continue it when asked with Last-Event-ID (2025-11-25, transports,
// "Resumability and Redelivery"): that is done here, at most kMaxResumes times without a message in between.
// The caller's credential never gets here: the headers are the connector's own. Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include "base/fair_pool.h"
#include "http/client.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

inline constexpr int kMaxResumes = 5;
inline constexpr int kMaxRetryMillis = 30'000;  // a server may ask to be left alone for so long

struct HttpEndpoint {
  std::string url;
  Headers headers;
  int timeout_seconds = 30;
  std::size_t max_response_bytes = 1 << 20;  // of one message
  bool allow_private_addresses = false;
  std::string connector;  // whose share of requests they count in
};

class StreamableHttpTransport final : public Transport,
                                      public std::enable_shared_from_this<StreamableHttpTransport> {
 public:
  // Long messages are read on `long_work`; null: where the exchange runs.
  StreamableHttpTransport(http::Client& http, HttpEndpoint target, FairPool* long_work = nullptr)
      : http_(http), target_(std::move(target)), long_work_(long_work) {}

  std::string next_id() override { return std::to_string(++last_id_); }
  std::shared_ptr<PendingRequest> begin(const NegotiatedServer& peer, OutgoingRequest request) override;
  http::Task<Result<IncomingMessage>> tell(const NegotiatedServer& peer,
                                           boost::json::object message) override;
  std::shared_ptr<PendingRequest> listen(const NegotiatedServer& peer) override;
  http::Task<void> close(const NegotiatedServer& peer) override;
  void authorize(const std::string& header, const std::string& value) override;
  http::ClientRequest post(const NegotiatedServer& peer, std::string body) const;
  http::ClientRequest get(const NegotiatedServer& peer, const std::string& last_event_id) const;
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

// A header value that says `text` whatever it holds (2026-07-28, transports, "Value Encoding").
std::string header_value(std::string_view text);
// A JSON-RPC request as text.
std::string request_text(const OutgoingRequest& request);
// Whether an answer is a stream of server-sent events: media types are written in any case.
bool is_event_stream(const http::ClientResponse& head);
// The messages in the body of an answer, or in one event of it: one, or a batch (2025-03-26). At least one,
// which is empty when it is none of the protocol, or a batch of more than kMaxBatchMessages.
std::deque<IncomingMessage> read_messages(std::string_view text, const http::ClientResponse& head);

}  // namespace wick::upstream
