// HttpSseTransport: the transport of 2024-11-05, "HTTP with SSE". A GET opens a stream. The first event of the stream names
// the address that messages are posted to. All responses arrive on the stream.
//
// Each message carries the connector's credential, so an address with another scheme, host or port than the connector's
// is refused. The session ends with the stream. A call that is in progress then may or may not have been carried out.
//
// One coroutine reads the stream, on the io thread that opened it, and posts the messages. It ends with the transport.
// Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "mcp_transport/routed_transport.h"
#include "mcp_transport/sse.h"
#include "mcp_transport/streamable_http_transport.h"

namespace wick::upstream {

inline constexpr int kMaxEventsBeforeEndpoint = 100;

class HttpSseTransport final : public RoutedTransport {
 public:
  // Opens the stream. `requests` makes the HTTP requests. `refusal` is set when the server refuses the credential, and
  // `is_stream` when the server opens an event stream.
  // Errors: kUpstream  the server opens no such stream, or names an address of another origin
  //         kTimeout   no event arrived in time
  //         kTooLarge, and those of http::Client
  static http::Task<Result<std::shared_ptr<HttpSseTransport>>> open(
      std::shared_ptr<StreamableHttpTransport> requests, std::shared_ptr<AccessRefusal> refusal,
      std::chrono::milliseconds patience, bool& is_stream);
  HttpSseTransport(std::shared_ptr<StreamableHttpTransport> requests,
                   std::shared_ptr<http::ClientStream> stream, std::string endpoint, http::Executor executor)
      : requests_(std::move(requests)),
        stream_(std::move(stream)),
        endpoint_(std::move(endpoint)),
        executor_(executor) {}
  ~HttpSseTransport() override;

  std::shared_ptr<PendingRequest> start_request(const NegotiatedServer& negotiated,
                                                OutgoingRequest request) override;
  http::Task<Result<IncomingMessage>> send_message(const NegotiatedServer& negotiated,
                                                   boost::json::object message) override;
  http::Task<void> close(const NegotiatedServer& negotiated) override;
  void authorize(const std::string& header, const std::string& value) override;
  bool is_alive() const override { return !has_ended(); }

 private:
  static http::Task<void> read_stream(std::weak_ptr<RoutedTransport> of,
                                      std::shared_ptr<StreamableHttpTransport> requests,
                                      std::shared_ptr<http::ClientStream> stream, SseReader events);
  http::Task<void> deliver(std::shared_ptr<RoutedTransport> self, std::shared_ptr<Slot> slot,
                           http::ClientRequest request);
  http::ClientRequest post(const NegotiatedServer& negotiated, std::string body) const;

  const std::shared_ptr<StreamableHttpTransport> requests_;
  const std::shared_ptr<http::ClientStream> stream_;
  const std::string endpoint_;  // where messages go
  const http::Executor executor_;
};

}  // namespace wick::upstream
