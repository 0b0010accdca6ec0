// Conversation: one request that a connected MCP server answers, seen from the client that waits for it.
//
// The response becomes a stream when the server first says something before its answer, or asks something. A
// modern client takes its request back by closing the connection; a legacy one by a notification, and when it
// goes away its request is finished all the same (2025-11-25, transports, "Sending Messages to the Server").
// All of it on the connection's io thread, but for the cancellation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "connectors/mcp_client_session.h"
#include "http/message.h"
#include "mcp/legacy_requests.h"
#include "mcp/message.h"

namespace wick::mcp {

inline constexpr int kMaxRounds = 10;          // of questions within one request of a legacy client
inline constexpr int kMaxAnswerSeconds = 600;  // for a legacy client to answer a question
inline constexpr std::size_t kMaxCapabilityBytes = 2048;  // more is taken for none

// An SSE event; the text is one line of JSON.
std::string event(std::string_view text);
// Of ClientCapabilities what Wick can pass on: elicitation, sampling and roots.
boost::json::object carried_capabilities(const boost::json::object& declared);

class Conversation {
 public:
  // `lane`: names the client (McpClientSession::lane). `capabilities`: its carried ones. `streams`: whether the
  // response may be a stream.
  // `still_valid`: whether the client's credential lives; when it does not, nothing more is told or asked.
  Conversation(http::Exchange& exchange, const Message& message, std::string lane,
               boost::json::object capabilities, LegacyRequests& legacy, std::function<bool()> still_valid,
               bool streams);
  Conversation(const Conversation&) = delete;

  // For what is answered in one piece: a client that has gone, of either era, would never get it.
  void cancel_when_gone();

  const McpClientSession& side() const { return side_; }
  bool cancelled() const { return side_.cancellation->cancelled(); }

  // For a legacy client: asks what `result`, an InputRequiredResult, wants to know and puts the answers into
  // `params`, with which the request is then made again. False: nobody answers; the client has gone, or took
  // too long.
  http::Task<bool> ask(const boost::json::object& result, boost::json::object& params);
  // Ends the stream with this answer, or without one when the request was taken back. nullopt: there is no
  // stream, the answer is an ordinary response.
  http::Task<std::optional<http::Response>> finish(std::string text);
  bool streaming() const { return writer_ != nullptr; }

 private:
  http::Task<bool> write(std::string text);  // begins the stream when needed
  http::Task<std::optional<boost::json::object>> put_question(const boost::json::object& request);

  http::Exchange& exchange_;
  const Message& message_;
  LegacyRequests& legacy_;
  const std::function<bool()> still_valid_;
  const bool streams_;
  McpClientSession side_;
  http::StreamWriter* writer_ = nullptr;
  std::unique_ptr<LegacyRequests::Entry> entry_;
};

}  // namespace wick::mcp
