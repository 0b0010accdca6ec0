// Transport and PendingRequest: the messages of a connection to an MCP server, over any transport of MCP.
//
// A Transport connects to one server: over Streamable HTTP (streamable_http_transport.h), over HTTP with SSE
// (http_sse_transport.h) or through a child process (stdio_transport.h). A PendingRequest is one request in progress. It
// may be read on another io thread than the thread that started it, but by one coroutine at a time.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace wick::upstream {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The result of the negotiation with a server.
struct NegotiatedServer {
  bool modern = false;
  std::string version;
  std::string session;               // Mcp-Session-Id of a legacy server over HTTP
  std::string name, server_version;  // as the server sends them; not verified
  boost::json::object capabilities;  // ServerCapabilities
};

// A message of the protocol, or the status of an HTTP response that is not one.
struct IncomingMessage {
  boost::json::object message = {};  // empty when the response is not MCP
  int status = 200;                  // of the HTTP response
  std::string challenge = {};        // WWW-Authenticate
  std::string session = {};          // Mcp-Session-Id
  std::string redirect = {};         // Location of a 3xx, without user, query and fragment
  std::string words = {};            // the first kMaxWordsBytes of a body that is not a message
  bool refused_session = false;      // the transport has found that the session has ended
  bool is_endpoint_event = false;    // the first event of the transport of 2024-11-05
};
inline constexpr std::size_t kMaxWordsBytes = 300;

// A server refused a request: 401 or 403, with its challenges.
struct AccessRefusal {
  int status = 0;  // 0: not refused
  std::string challenge;
};

class PendingRequest {
 public:
  virtual ~PendingRequest() = default;  // abandons the request
  // The next message of this request; the last one is the response.
  // Errors: kTimeout      no message arrived in time; next() may be called again
  //         kUpstream     the connection broke off
  //         kUnavailable  interrupt() was called
  //         and those of http::Client
  virtual http::Task<Result<IncomingMessage>> next(std::chrono::milliseconds timeout) = 0;
  // From any thread. next() fails with kUnavailable from now on.
  virtual void interrupt() = 0;
  // From any thread. Delivers a request that a legacy server has sent on its notification stream: next() returns it.
  virtual void deliver(boost::json::object message) = 0;
};

// A request to a server.
struct OutgoingRequest {
  std::string id, method;
  std::string name;  // of the tool or prompt, or the resource's URI: for the header Mcp-Name
  boost::json::object params;
  Headers headers;          // headers that mirror parameters; sent to modern servers over HTTP only
  std::string holder = {};  // the user whose share of requests it uses; empty: Wick itself
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::string next_id() = 0;
  virtual std::shared_ptr<PendingRequest> start_request(const NegotiatedServer& negotiated,
                                                        OutgoingRequest request) = 0;
  // Sends a notification, or the response to a request of a legacy server.
  virtual http::Task<Result<IncomingMessage>> send_message(const NegotiatedServer& negotiated,
                                                           boost::json::object message) = 0;
  // The notification stream of a legacy server: its GET stream, or the messages of a child that belong to no request.
  virtual std::shared_ptr<PendingRequest> listen(const NegotiatedServer& negotiated) = 0;
  // Ends the session, if the transport has sessions.
  virtual http::Task<void> close(const NegotiatedServer& negotiated) = 0;
  // Sets the header with the credential for all later messages. The credential changes when a token is renewed.
  virtual void authorize(const std::string& /*header*/, const std::string& /*value*/) {}
  // Marks the transport as used by several clients.
  virtual void mark_shared() {}
  // Whether the transport can still be used: a child process may have ended.
  virtual bool is_alive() const { return true; }
};

}  // namespace wick::upstream
