// What a request to a connected MCP server is made of, and what it comes to.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>

#include "connectors/mcp_client_session.h"
#include "mcp_transport/child_process.h"
#include "mcp_transport/streamable_http_transport.h"
#include "redaction/secret_filter.h"

namespace wick::upstream {

// Which revisions of the protocol a server is spoken to in: as it answers, or as an admin has set it.
enum class Protocol { kAuto, kModern, kLegacy };

// Where a server is and what every request to it carries. Made once for a connector's configuration.
struct ServerTarget {
  std::string key;           // of the connector: one finding is kept for each
  std::string fingerprint;   // of all that follows: another one is another server
  SecretFilter secrets;      // the connector's credentials, to be cut out of what comes back
  HttpEndpoint http;         // without `command`
  ChildCommand command;      // no words: Streamable HTTP
  int timeout_seconds = 30;  // without any message
  Protocol protocol = Protocol::kAuto;

  bool is_program() const { return !command.words.empty(); }
};
using ServerTargetPtr = std::shared_ptr<const ServerTarget>;

// For whom a request is made.
struct RequestIdentity {
  const McpClientSession* client = nullptr;  // null: nobody who could be asked or told
  std::string account;                       // whose account at the server it is; empty: the connector's
  std::string header, value;  // what shows it to the server; empty: the target's headers say all
  std::shared_ptr<AccessRefusal> refusal = {};  // told when the server refuses it
  std::string holder = {};                      // the user whose share of requests it counts in
};

struct RpcRequest {
  std::string method;
  boost::json::object params;
  Headers headers;    // those that mirror parameters (Mcp-Param-…)
  std::string owner;  // who may go on with this request when it is parked
};

// What a request came to: a result, or the JSON-RPC error that the server answered with.
struct RpcResponse {
  boost::json::object result;  // resultType "input_required": the server asks back
  bool is_error = false;
  int error_code = 0;  // as the server says it, which may be 0
  std::string error_message;
  boost::json::value error_data;
};

}  // namespace wick::upstream
