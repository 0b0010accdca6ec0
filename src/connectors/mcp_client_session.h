// McpClientSession: the MCP client that waits for a call, so that progress, log messages and questions of a connected server
// reach it.
//
// A server's questions (elicitation, sampling, roots) have the form of 2026-07-28, whatever revisions client and server use:
// the result of the call is an InputRequiredResult, and the call is made again with the answers in its parameters. Both ends
// (mcp/endpoint.h, mcp_client/mcp_client.h) convert this form to and from the revision of their side.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/cancellation.h"

namespace wick {

struct McpClientSession {
  // The name of the client, for servers that keep sessions: each client has its own session, with its own capabilities and
  // log level.
  std::string client_key;
  boost::json::object capabilities;      // ClientCapabilities without those that cannot be passed on
  bool modern = true;                    // speaks 2026-07-28
  std::optional<std::string> log_level;  // the one that this request asks for (2026-07-28)
  std::optional<boost::json::value> progress_token;
  boost::json::object meta;  // the other members of _meta, for example a trace context
  // Gives the client a notification; an empty one only keeps its connection alive. On the call's io thread.
  std::function<boost::asio::awaitable<void, boost::asio::io_context::executor_type>(boost::json::object)>
      notify;
  std::shared_ptr<Cancellation> cancellation;
};

// Whether a result is an InputRequiredResult: the server asks the client a question.
inline bool asks_back(const boost::json::object& result) {
  const auto* type = result.if_contains("resultType");
  return type != nullptr && type->is_string() && type->get_string() == "input_required";
}

// The member of an answer that carries a client's error, for which 2026-07-28 has no form.
inline constexpr const char* kRefusedAnswer = "wick/error";

}  // namespace wick
