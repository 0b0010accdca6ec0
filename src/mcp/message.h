// JSON-RPC messages of MCP, both eras, parsed and judged before anything is done.
//
// "Modern" is 2026-07-28: stateless, its version, capabilities and client in params._meta of every request,
// repeated in headers. "Legacy" are the revisions with the initialize handshake. One endpoint serves both: a
// request is modern when its _meta names a protocol version, or its header names a modern one (2026-07-28,
// basic/versioning, "Backward compatibility"). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace wick::mcp {

inline constexpr std::string_view kModern = "2026-07-28";
inline constexpr std::string_view kLegacyVersions[] = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                       "2024-11-05"};
inline constexpr std::size_t kMaxBatch = 100;      // messages of a 2025-03-26 batch
inline constexpr std::size_t kMaxIdBytes = 256;    // a request id, serialised
inline constexpr std::size_t kMaxNameBytes = 200;  // client names and versions: cut above

// JSON-RPC 2.0 and MCP error codes (2026-07-28, basic, "Error codes").
enum Code : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerError = -32000,  // the transport's own refusals, as the official servers answer them
  kSessionNotFound = -32001,
  kLegacyResourceNotFound = -32002,  // 2025-11-25, resources, "Error Handling"
  kHeaderMismatch = -32020,
  kMissingCapability = -32021,
  kUnsupportedVersion = -32022,
  kElicitationRequired = -32042,  // 2025-11-25: a page must be visited first
};

struct Message {
  enum class Kind { kRequest, kNotification, kResponse };
  Kind kind = Kind::kRequest;
  bool modern = false;
  std::string id;  // serialised JSON, to be echoed with its type; empty when there is none
  std::string method;
  boost::json::object params;        // without _meta; empty when there are none
  boost::json::object answer;        // of a response: the whole message
  boost::json::object meta;          // of _meta what is not of the envelope: trace context, extensions
  boost::json::object capabilities;  // of a modern client
  std::string log_level;             // that a modern request asks for
  std::string client_name, client_version, traceparent;
  std::optional<boost::json::value> progress_token;
};

struct Rejection {
  int http_status = 400;
  int code = kInvalidRequest;
  std::string message;
  std::string id;  // as Message::id
  boost::json::value data = nullptr;
};

// A request id as text: JSON, in which 1.0 is written as the integer that it is.
std::string id_text(const boost::json::value& id);
bool is_legacy_version(std::string_view version);
// A header's value in plain: "=?base64?…?=" is how it carries what it cannot carry as it is. nullopt: it is
// not valid. (2026-07-28, transports, "Value Encoding")
std::optional<std::string> decode_header(std::string_view value);

// The messages of a body: one, or the elements of a legacy batch.
struct Incoming {
  std::vector<Message> messages;
  bool batch = false;
};
// Judges envelope and headers; not the method's parameters.
std::expected<Incoming, Rejection> read_body(const http::Request& request);

std::string result_text(std::string_view id, std::string_view result);
std::string error_text(const Rejection& rejection);
http::Response to_response(const Rejection& rejection);
http::Response json_response(std::string body, int status = 200);

}  // namespace wick::mcp
