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
// Of a log level: how far it is from debug; that of an unknown one is the highest.
std::size_t severity(std::string_view level);
bool is_level(std::string_view level);
// Whether the list of versions under this key has 2026-07-28.
bool names_modern(const json::object* from, std::string_view key);
// The answer to the request with this id, when the message is one. An error without an id is an answer too:
// a server that could not read our message does not know it.
std::optional<RpcResponse> response_in(json::object& message, const std::string& id);
std::unexpected<Error> session_lost();
std::unexpected<Error> server_timed_out(int timeout_seconds);
std::unexpected<Error> cancelled_by_client();
std::unexpected<Error> session_not_kept();
// The _meta of a request with this id, in the form of the server's era; `level`: of its log messages, or
// empty.
json::object meta_for(const NegotiatedServer& peer, const McpClientSession* client, const RpcRequest& ask,
                      const std::string& id, const std::string& level);
// As a request of 2026-07-28 without a client, for what Wick asks on its own.
OutgoingRequest own_request(const NegotiatedServer& peer, std::string id, std::string method,
                            json::object params);
json::object error_answer(const json::value& id, int code, std::string_view message);
json::object result_answer(const json::value& id, json::object result);
json::object notification(std::string_view method, json::object params);
// What a server may ask of this client.
bool can_answer(const McpClientSession* client, std::string_view method);
// A notification as this client may see it; nullopt when it is not for it.
std::optional<json::object> for_client(json::object message, const std::string& id,
                                       const McpClientSession& client);
// Whether a notification is one of those that the filter of subscriptions/listen names.
bool matches_filter(const json::object& message, const json::object& filter);
// A client's error among its answers, which 2026-07-28 cannot express.
const json::object* refusal_in(const json::object& params);

}  // namespace wick::upstream
