// McpClientSession: what a call may use of the MCP client that waits for it, so that progress, log messages and
// questions of a connected server reach it.
//
// A server's questions (elicitation, sampling, roots) travel as in 2026-07-28 whatever the eras: the result
// of the call is then an InputRequiredResult, and the call is made again with the answers in its parameters.
// Who stands at either end (mcp/endpoint.h, mcp_client/mcp_client.h) makes of it what its side speaks.
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
  // Names the client, for servers that keep sessions: each has its own, with its capabilities and log level.
  std::string lane;
  boost::json::object capabilities;      // ClientCapabilities, of what can be passed on
  bool modern = true;                    // speaks 2026-07-28
  std::optional<std::string> log_level;  // that this request asks for (2026-07-28)
  std::optional<boost::json::value> progress_token;
  boost::json::object meta;  // what else _meta says, for example a trace context
  // Gives the client a notification; an empty one only keeps its connection alive. On the call's io thread.
  std::function<boost::asio::awaitable<void, boost::asio::io_context::executor_type>(boost::json::object)>
      notify;
  std::shared_ptr<Cancellation> cancellation;
};

// Whether a result is an InputRequiredResult: the server asks something back.
inline bool asks_back(const boost::json::object& result) {
  const auto* type = result.if_contains("resultType");
  return type != nullptr && type->is_string() && type->get_string() == "input_required";
}

// The member of an answer that stands for a client's error, which 2026-07-28 has no form for.
inline constexpr const char* kRefusedAnswer = "wick/error";

}  // namespace wick
