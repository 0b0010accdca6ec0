// RequestStream: the response to a client whose request a connected server carries out.
//
// The response becomes an event stream with the first notification or question of the server. A modern client cancels
// its request by closing the connection. A legacy client cancels by a notification; when it goes away, its request is
// finished all the same (2025-11-25, transports, "Sending Messages to the Server"). Runs on the connection's io thread,
// except for the cancellation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "connectors/mcp_client_session.h"
#include "http/message.h"
#include "mcp/legacy_requests.h"
#include "mcp/request_context.h"

namespace wick::mcp {

inline constexpr int kMaxRounds = 10;          // of questions within one request of a legacy client
inline constexpr int kMaxAnswerSeconds = 600;  // for a legacy client to answer a question
inline constexpr std::size_t kMaxCapabilityBytes = 2048;  // more is taken for none

// An SSE event; the text is one line of JSON.
std::string event(std::string_view text);
// The members of ClientCapabilities that Wick can pass on: elicitation, sampling and roots.
boost::json::object carried_capabilities(const boost::json::object& declared);

class RequestStream {
 public:
  // `client_key`: names the client (McpClientSession::lane). `capabilities`: carried_capabilities() of the client.
  // `still_valid`: whether the client's credential is not revoked; when it is, no more is written. `streams`: whether the
  // response may be a stream.
  RequestStream(http::Exchange& exchange, const Message& message, std::string client_key,
                boost::json::object capabilities, LegacyRequests& legacy, std::function<bool()> still_valid,
                bool streams);
  RequestStream(const RequestStream&) = delete;

  // For an answer in one piece: a client that has gone would never get it.
  void cancel_when_gone();

  const McpClientSession& client() const { return client_; }
  bool cancelled() const { return client_.cancellation->cancelled(); }

  // For a legacy client: asks the questions of `result`, an InputRequiredResult, and puts the answers into `params`, with
  // which the request is then made again. False: nobody answers; the client has gone, or took too long.
  http::Task<bool> ask(const boost::json::object& result, boost::json::object& params);
  // Ends the stream with this answer, or without one when the request was cancelled. nullopt: there is no stream, and the
  // answer is an ordinary response.
  http::Task<std::optional<http::Response>> finish(std::string text);
  bool streaming() const { return writer_ != nullptr; }

 private:
  http::Task<bool> write(std::string text);  // begins the stream when needed
  http::Task<std::optional<boost::json::object>> send_request(const boost::json::object& request);

  http::Exchange& exchange_;
  const Message& message_;
  LegacyRequests& legacy_;
  const std::function<bool()> still_valid_;
  const bool streams_;
  McpClientSession client_;
  http::StreamWriter* writer_ = nullptr;
  std::unique_ptr<LegacyRequests::Entry> entry_;
};

// A stream for a call of `connector`. Null: it has nothing to say before its answer, and cannot be cancelled. The
// arguments outlive the stream.
std::unique_ptr<RequestStream> open_request_stream(const RequestContext& context,
                                                   const ConnectorEntry& connector, const Runner& runner,
                                                   const Authenticator& authenticator,
                                                   LegacyRequests& legacy);
// Sends the answer at the end of the stream if it has begun; else it is the response. `stream` may be null.
http::Task<Answer> finish_stream(RequestStream* stream, Answer answer);

}  // namespace wick::mcp
