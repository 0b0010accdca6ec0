// Recognises the responses of a legacy MCP server that has lost a session. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "mcp_transport/transport.h"

namespace wick::upstream {

// Whether a message is the response to the request `id`, whose id is compared as text.
bool is_response_to(const boost::json::object& message, const std::string& id);
// Whether this response to the request `id` means that the legacy server has lost the session. The request was then not
// carried out, and may be made again in a new session. These responses count:
// - the status 404 (2025-11-25, transports, "Session Management") where the request carried a session id;
// - the status 400, 405 or 410 where the request carried a session id, without a response to this request: no message,
//   or an error whose id is null or made up, as many servers send it;
// - any status from 400 on with a text about a session that does not exist;
// - where the request carried a session id, a JSON-RPC error with such a text and one of the codes -32600 and
//   -32000 to -32099, whatever the status: a tool that fails says so in its result.
// The status codes 401, 403 and 429 do not count, nor does an error for this request that says that the method is unknown
// or the parameters are invalid.
bool is_lost_session(const NegotiatedServer& negotiated, const IncomingMessage& incoming,
                     const std::string& id);

}  // namespace wick::upstream
