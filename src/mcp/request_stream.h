// RequestStream: the response to a client whose request a connected server carries out.
//
// The response becomes an event stream when the server sends its first notification or request. A modern client cancels its
// request by closing the connection. A legacy client cancels with a notification. When a legacy client disconnects, its
// request continues (2025-11-25, transports, "Sending Messages to the Server"). Runs on the connection's io thread, except
// for the cancellation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "connectors/mcp_client_session.h"
#include "http/message.h"
#include "mcp/legacy_requests.h"
#include "mcp/request_context.h"

namespace wick::mcp {

inline constexpr int kMaxRounds = 10;  // of requests from the server within one request of a legacy client
inline constexpr std::chrono::seconds kMaxAnswerTime{
    600};  // until a legacy client responds to a request of the server
inline constexpr std::size_t kMaxCapabilityBytes = 2048;  // larger capabilities count as none

// An SSE event. `text` is one line of JSON.
std::string event(std::string_view text);
// The members of ClientCapabilities that Wick can pass on: elicitation, sampling and roots.
boost::json::object carried_capabilities(const boost::json::object& declared);

class RequestStream {
 public:
  // `client_key` identifies the client (McpClientSession::client_key). `capabilities` are its carried_capabilities().
  // `still_valid` returns false when the client's credential has ended; nothing more is written then. `may_stream`: the
  // response may be a stream.
  RequestStream(http::Exchange& exchange, const Message& message, std::string client_key,
                boost::json::object capabilities, LegacyRequests& legacy, std::function<bool()> still_valid,
                bool may_stream);
  RequestStream(const RequestStream&) = delete;

  // Cancels the request when the client disconnects.
  void cancel_when_gone();

  const McpClientSession& client() const { return client_; }
  bool is_cancelled() const { return client_.cancellation->cancelled(); }

  // Sends the requests of an InputRequiredResult to a legacy client, and adds the responses to `params` for the next attempt.
  // False: the client has disconnected, or has not responded in time.
  http::Task<bool> request_inputs(const boost::json::object& result, boost::json::object& params);
  // Ends the stream with `text`, or without a response when the request was cancelled. nullopt: there is no stream, and the
  // caller sends an ordinary response.
  http::Task<std::optional<http::Response>> finish(std::string text);
  bool is_streaming() const { return writer_ != nullptr; }

 private:
  http::Task<bool> write(std::string text);  // starts the stream when needed
  http::Task<std::optional<boost::json::object>> send_request(const boost::json::object& request);

  http::Exchange& exchange_;
  const Message& message_;
  LegacyRequests& legacy_;
  const std::function<bool()> still_valid_;
  const bool may_stream_;
  McpClientSession client_;
  http::StreamWriter* writer_ = nullptr;
  std::unique_ptr<LegacyRequests::Entry> entry_;
};

// The stream for a call of `connector`. Null: the connector sends nothing before its response, and its calls cannot be
// cancelled. The arguments outlive the stream.
std::unique_ptr<RequestStream> open_request_stream(const RequestContext& context,
                                                   const ConnectorEntry& connector, const Runner& runner,
                                                   const Authenticator& authenticator,
                                                   LegacyRequests& legacy);
// Sends the answer at the end of the stream when the stream has started. Otherwise the answer is the response. `stream` may be
// null.
http::Task<Answer> finish_stream(RequestStream* stream, Answer answer);

}  // namespace wick::mcp
