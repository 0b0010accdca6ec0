// Messages to and from connected MCP servers: building Wick's messages for either generation, reading the messages of servers, and
// adapting them for clients. Pure functions.
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
bool is_log_level(std::string_view level);
// Whether the list of versions under this key contains 2026-07-28.
bool names_modern(const json::object* from, std::string_view key);
// Takes the response to the request with this id out of the message; nullopt: the message is no response to it. An error
// without an id is a response too, because a server that could not read the request does not know its id.
std::optional<RpcResponse> take_response(json::object& message, const std::string& id);
std::unexpected<Error> session_lost();
std::unexpected<Error> server_timed_out(std::chrono::seconds timeout);
std::unexpected<Error> cancelled_by_client();
std::unexpected<Error> session_not_kept();
// The _meta of a request with this id, in the form of the server's generation. `level` is the level of log messages, or empty.
json::object make_meta(const NegotiatedServer& negotiated, const McpClientSession* client,
                       const RpcRequest& rpc, const std::string& id, const std::string& level);
// A request of Wick itself, without a client.
OutgoingRequest make_own_request(const NegotiatedServer& negotiated, std::string id, std::string method,
                                 json::object params);
json::object make_error_response(const json::value& id, int code, std::string_view message);
json::object make_result_response(const json::value& id, json::object result);
json::object make_notification(std::string_view method, json::object params);
// Whether the client can answer a request of the server with this method.
bool can_answer(const McpClientSession* client, std::string_view method);
// The notification in the form that the client may receive; nullopt: it is not for this client.
std::optional<json::object> adapt_notification(json::object message, const std::string& id,
                                               const McpClientSession& client);
// Whether the filter of subscriptions/listen names the notification.
bool matches_filter(const json::object& message, const json::object& filter);
// Finds the error with which a client refused a request of the server. 2026-07-28 defines no form for it.
const json::object* find_refusal(const json::object& params);

}  // namespace wick::upstream
