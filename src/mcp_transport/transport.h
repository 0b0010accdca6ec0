// Transport and PendingRequest: how messages go to an MCP server and come back, over either transport.
//
// A Transport is a way to one server: a session over Streamable HTTP (http_line.h) or a child process
// (stdio_line.h). An PendingRequest is one request under way on it. An exchange may be read from another io thread
// than the one that began it, but by one coroutine at a time.
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

// How a server is spoken to.
struct NegotiatedServer {
  bool modern = false;
  std::string version;
  std::string session;               // Mcp-Session-Id of a legacy server over HTTP
  std::string name, server_version;  // as the server says; claims
  boost::json::object capabilities;  // ServerCapabilities
};

// What came in: a message of the protocol, or else the status of an answer that is none.
struct IncomingMessage {
  boost::json::object message = {};  // empty when the answer is not MCP
  int status = 200;                  // of the HTTP answer that carried it
  std::string challenge = {};        // its WWW-Authenticate
  std::string session = {};          // its Mcp-Session-Id
  std::string redirect = {};         // where a 3xx points, without user, query and fragment
  std::string words = {};            // the beginning of a body that is no message, at most kMaxWordsBytes
  bool refused_session = false;      // the transport itself knows that the session is gone
  bool is_endpoint_event = false;    // the first event of the transport of 2024-11-05 came instead
};
inline constexpr std::size_t kMaxWordsBytes = 300;

// A server refused a request: 401 or 403, with its challenges.
struct AccessRefusal {
  int status = 0;  // 0: it did not
  std::string challenge;
};

class PendingRequest {
 public:
  virtual ~PendingRequest() = default;  // gives up what is under way
  // The next message of this request, its answer included. Errors: kTimeout  nothing came for so long, which
  // may be asked again; kUpstream  it broke off; kUnavailable  interrupted; those of http::Client
  virtual http::Task<Result<IncomingMessage>> next(std::chrono::milliseconds timeout) = 0;
  // From any thread: who waits in next(), and who asks later, gets kUnavailable.
  virtual void interrupt() = 0;
  // From any thread: next() gives this message too. For what a legacy server asks outside of the request.
  virtual void give(boost::json::object message) = 0;
};

// A request on its way: `body` is the whole message, `id` the id in it.
struct OutgoingRequest {
  std::string id, method;
  std::string name;  // of the tool or prompt, or the resource's URI: for the header Mcp-Name
  boost::json::object params;
  Headers headers;          // those that mirror parameters; sent to modern servers over HTTP only
  std::string holder = {};  // the user whose share of requests it counts in; empty: the server itself
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::string next_id() = 0;
  virtual std::shared_ptr<PendingRequest> begin(const NegotiatedServer& peer, OutgoingRequest request) = 0;
  // A notification, or the answer to a request of a legacy server.
  virtual http::Task<Result<IncomingMessage>> tell(const NegotiatedServer& peer,
                                                   boost::json::object message) = 0;
  // What a legacy server says unasked: its GET stream, or what a child writes that belongs to no request.
  virtual std::shared_ptr<PendingRequest> listen(const NegotiatedServer& peer) = 0;
  // Ends a session, if the transport has such a thing.
  virtual http::Task<void> close(const NegotiatedServer& peer) = 0;
  // What shows the server who we are, from here on: a header that changes, as tokens do.
  virtual void authorize(const std::string& /*header*/, const std::string& /*value*/) {}
  // Several clients use it from here on.
  virtual void share() {}
  // Whether the line can still be used: a child process may have ended.
  virtual bool alive() const { return true; }
};

}  // namespace wick::upstream
