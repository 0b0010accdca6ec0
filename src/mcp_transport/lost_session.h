// How a session-based MCP server says that it does not know a session any more. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "mcp_transport/transport.h"

namespace wick::upstream {

// Whether a message is the response to the request `id`, whose id is compared as text.
bool is_response_to(const boost::json::object& message, const std::string& id);
// Whether a legacy server says with this answer to the request `id` that it does not know the session any
// more, so that the request was not carried out and may be made once more in a new one:
// - the status 404 (2025-11-25, transports, "Session Management") where the request carried a session id;
// - 400, 405 or 410 where it carried one, without an answer to this very request: no message, or an error
//   whose id is null or made up, as many servers send it;
// - any status from 400 on with words about a session that is not there;
// - where the request carried a session id, a JSON-RPC error with such words and one of the codes -32600 and
//   -32000 to -32099, whatever the status: a tool that fails says so in its result.
// Not 401, 403 and 429, and not an error to this very request that there is no such method, or that its
// parameters are wrong.
bool is_lost_session(const NegotiatedServer& peer, const IncomingMessage& incoming, const std::string& id);

}  // namespace wick::upstream
