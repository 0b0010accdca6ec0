// JSON-RPC messages of MCP in both protocol generations: parsing, and checks of the envelope and headers.
//
// The stateless generation is 2026-07-28. It is stateless: params._meta of every request contains the version, the capabilities and
// the client, and headers repeat them. The session-based generation is the revisions with the initialize handshake. One endpoint serves
// both. A request is modern when its _meta names a protocol version, or its header names a modern version (2026-07-28,
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
inline constexpr std::size_t kMaxNameBytes = 200;  // of client names and versions; longer ones are cut

// JSON-RPC 2.0 and MCP error codes (2026-07-28, basic, "Error codes").
enum Code : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerError = -32000,  // refusals of the transport, as the official servers send them
  kSessionNotFound = -32001,
  kLegacyResourceNotFound = -32002,  // 2025-11-25, resources, "Error Handling"
  kHeaderMismatch = -32020,
  kMissingCapability = -32021,
  kUnsupportedVersion = -32022,
  kElicitationRequired = -32042,  // 2025-11-25: the user has to visit a page first
};

struct Message {
  enum class Kind { kRequest, kNotification, kResponse };
  Kind kind = Kind::kRequest;
  bool modern = false;
  std::string id;  // as JSON, so that the response repeats its type; empty: there is none
  std::string method;
  boost::json::object params;        // without _meta; empty when there are none
  boost::json::object answer;        // the whole message, when it is a response
  boost::json::object meta;          // the other members of _meta: trace context, extensions
  boost::json::object capabilities;  // of a modern client
  std::string log_level;             // of a modern request
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

// A request id as JSON. An integer like 1.0 is written without a fraction.
std::string id_text(const boost::json::value& id);
bool is_legacy_version(std::string_view version);
// Decodes a header value: values that a header cannot contain are written as "=?base64?…?=" (2026-07-28, transports, "Value
// Encoding"). nullopt: the value is invalid.
std::optional<std::string> decode_header(std::string_view value);

// The messages of a body: one, or the elements of a legacy batch.
struct Incoming {
  std::vector<Message> messages;
  bool batch = false;
};
// Parses the body, and checks envelope and headers. The parameters of the method are not checked.
std::expected<Incoming, Rejection> read_body(const http::Request& request);

std::string result_text(std::string_view id, std::string_view result);
std::string error_text(const Rejection& rejection);
http::Response to_response(const Rejection& rejection);
http::Response json_response(std::string body, int status = 200);

}  // namespace wick::mcp
