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
#include "upstream/line.h"
#include "upstream/request.h"

namespace wick::upstream {

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kMetaPrefix = "io.modelcontextprotocol/";
inline constexpr std::size_t kMaxErrorBytes = 500;      // of a server's own words that are repeated
inline constexpr std::size_t kMaxRawErrorBytes = 8192;  // of those whose secret is still to be cut out
inline constexpr int kUnsupportedVersion = -32022;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;

json::object client_info();
// The part of a server's own words that may be repeated.
std::string excerpt(std::string_view text);
// Of a log level: how far it is from debug; that of an unknown one is the highest.
std::size_t severity(std::string_view level);
bool is_level(std::string_view level);
// Whether the list of versions under this key has 2026-07-28.
bool names_modern(const json::object* from, std::string_view key);
// The answer to the request with this id, when the message is one. An error without an id is an answer too:
// a server that could not read our message does not know it.
std::optional<Reply> reply_in(json::object& message, const std::string& id);
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
bool is_lost_session(const Peer& peer, const Incoming& incoming, const std::string& id);
std::unexpected<Error> session_lost();
// What to say of an answer that is none of the protocol.
std::unexpected<Error> not_mcp(const Incoming& incoming);
void note_refusal(const std::shared_ptr<Refusal>& refusal, const Incoming& incoming);
std::unexpected<Error> too_slow(int timeout_seconds);
std::unexpected<Error> took_back();
std::unexpected<Error> forgets_at_once();
// The _meta of a request with this id, in the form of the server's era; `level`: of its log messages, or
// empty.
json::object meta_for(const Peer& peer, const ClientSide* client, const Ask& ask, const std::string& id,
                      const std::string& level);
// As a request of 2026-07-28 without a client, for what Wick asks on its own.
Outgoing own_request(const Peer& peer, std::string id, std::string method, json::object params);
json::object error_answer(const json::value& id, int code, std::string_view message);
json::object result_answer(const json::value& id, json::object result);
json::object notification(std::string_view method, json::object params);
// What a server may ask of this client.
bool can_answer(const ClientSide* client, std::string_view method);
// A notification as this client may see it; nullopt when it is not for it.
std::optional<json::object> for_client(json::object message, const std::string& id, const ClientSide& client);
// Whether a notification is one of those that the filter of subscriptions/listen names.
bool is_wanted(const json::object& message, const json::object& filter);
// A client's error among its answers, which 2026-07-28 cannot express.
const json::object* refusal_in(const json::object& params);

}  // namespace wick::upstream
