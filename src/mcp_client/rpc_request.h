// RpcRequest and RpcResponse: a JSON-RPC request to a connected MCP server, and its outcome.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "connectors/mcp_client_session.h"
#include "mcp_transport/child_process.h"
#include "mcp_transport/streamable_http_transport.h"
#include "redaction/secret_filter.h"

namespace wick::upstream {

// The protocol generation that Wick uses with a server: detected, or set by an admin.
enum class Protocol { kAuto, kModern, kLegacy };

// The address of a server and the parts that all requests to it share. Made once for a connector's configuration.
struct ServerTarget {
  std::string key;          // the connector's id
  std::string fingerprint;  // of all members below; after a change, the connector counts as another server
  SecretFilter secrets;     // the connector's credentials, which are removed from responses
  HttpEndpoint http;        // without `command`
  ChildCommand command;     // no words: Streamable HTTP
  std::chrono::seconds timeout{30};  // of a request, without any message
  Protocol protocol = Protocol::kAuto;

  bool is_program() const { return !command.words.empty(); }
};
using ServerTargetPtr = std::shared_ptr<const ServerTarget>;

// The user and the client that a request is made for.
struct RequestIdentity {
  const McpClientSession* client = nullptr;  // null: there is no client to notify
  std::string account;        // the user whose account at the server is used; empty: the connector's
  std::string header, value;  // the credential header; empty: the target's headers contain it
  std::shared_ptr<AccessRefusal> refusal = {};  // set when the server refuses the credential
  std::string holder = {};                      // the user whose share of requests it uses
};

struct RpcRequest {
  std::string method;
  boost::json::object params;
  Headers headers;    // those that mirror parameters (Mcp-Param-…)
  std::string owner;  // identifies who may continue this request after it was suspended
};

// The outcome of a request: a result, or the JSON-RPC error of the server.
struct RpcResponse {
  boost::json::object result;  // with resultType "input_required" when the server needs input of the client
  bool is_error = false;
  int error_code = 0;  // from the server; may be 0
  std::string error_message;
  boost::json::value error_data;
};

}  // namespace wick::upstream
