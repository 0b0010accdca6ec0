// Messages to and from connected MCP servers: how Wick's are made for either era, what came back in theirs,
// and what of it a client may see. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "mcp_client/rpc_request.h"
#include "mcp_transport/lost_session.h"
#include "mcp_transport/protocol.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

json::object client_info();
// The severity of a log level, from debug up; an unknown level has the highest.
std::size_t severity(std::string_view level);
bool is_level(std::string_view level);
// Whether the list of versions under this key contains 2026-07-28.
bool names_modern(const json::object* from, std::string_view key);
// The response to the request with this id, when the message is one. An error without an id is a response too: a server
// that could not read the request does not know its id.
std::optional<RpcResponse> response_in(json::object& message, const std::string& id);
std::unexpected<Error> session_lost();
std::unexpected<Error> server_timed_out(std::chrono::seconds timeout);
std::unexpected<Error> cancelled_by_client();
std::unexpected<Error> session_not_kept();
// The _meta of a request with this id, in the form of the server's era. `level` is the level of log messages, or empty.
json::object meta_for(const NegotiatedServer& negotiated, const McpClientSession* client,
                      const RpcRequest& rpc, const std::string& id, const std::string& level);
// A request that Wick makes on its own, without a client.
OutgoingRequest own_request(const NegotiatedServer& negotiated, std::string id, std::string method,
                            json::object params);
json::object error_answer(const json::value& id, int code, std::string_view message);
json::object result_answer(const json::value& id, json::object result);
json::object notification(std::string_view method, json::object params);
// Whether the client can answer a request of the server with this method.
bool can_answer(const McpClientSession* client, std::string_view method);
// The notification in the form in which the client may see it; nullopt when it is not for this client.
std::optional<json::object> for_client(json::object message, const std::string& id,
                                       const McpClientSession& client);
// Whether the filter of subscriptions/listen names the notification.
bool matches_filter(const json::object& message, const json::object& filter);
// The error of a client among its answers, for which 2026-07-28 has no form.
const json::object* refusal_in(const json::object& params);

}  // namespace wick::upstream
