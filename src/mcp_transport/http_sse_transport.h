// HttpSseTransport: an MCP server over the transport of 2024-11-05, "HTTP with SSE": a GET opens a stream, whose first
// event names the address that messages are posted to; all answers come on the stream.
//
// The server names that address, and each message carries the connector's credential: an address that is not
// of the same scheme, host and port as the connector's is refused. The session is the stream: it ends with
// it, and a call under way then may or may not have been carried out.
//
// One coroutine reads the stream, on the io thread that opened it; messages are posted from there too. It
// ends with the line. Thread-safe.
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
  // Opens the stream. `requests`: how requests to the server are made; `refusal`: told when it refuses us.
  // `is_stream`: set when there is an event stream.
  // Errors: kUpstream  no such stream, or an address of another origin;  kTimeout  nothing came for so long;
  // kTooLarge; those of http::Client
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

  std::shared_ptr<PendingRequest> begin(const NegotiatedServer& peer, OutgoingRequest request) override;
  http::Task<Result<IncomingMessage>> tell(const NegotiatedServer& peer,
                                           boost::json::object message) override;
  http::Task<void> close(const NegotiatedServer& peer) override;
  void authorize(const std::string& header, const std::string& value) override;
  bool alive() const override { return !has_ended(); }

 private:
  static http::Task<void> read_stream(std::weak_ptr<RoutedTransport> of,
                                      std::shared_ptr<StreamableHttpTransport> requests,
                                      std::shared_ptr<http::ClientStream> stream, SseReader events);
  http::Task<void> deliver(std::shared_ptr<RoutedTransport> self, std::shared_ptr<Slot> slot,
                           http::ClientRequest request);
  http::ClientRequest post(const NegotiatedServer& peer, std::string body) const;

  const std::shared_ptr<StreamableHttpTransport> requests_;
  const std::shared_ptr<http::ClientStream> stream_;
  const std::string endpoint_;  // where messages go
  const http::Executor executor_;
};

}  // namespace wick::upstream
