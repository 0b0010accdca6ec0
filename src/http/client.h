// The outgoing HTTP client: libcurl multi on one thread of its own, guarded against server-side request
// forgery.
//
// The guard sits where the socket is opened, after the name has been resolved and for every redirect, so that
// neither DNS rebinding nor a redirect gets around it: unless the request allows private addresses, only
// public ones are connected to. Requests that may reach private addresses have a connection pool of their
// own, because a pooled connection is not opened again and so not asked again. Environment proxies are not
// used: the guard would decide the proxy's address instead of the target's. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "http/message.h"

namespace wick::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool has_body = false;
  int timeout_seconds = 30;                  // of the whole exchange; not of one that start() begins
  std::size_t max_response_bytes = 1 << 20;  // 0: the reader of a stream bounds it
  bool follow_redirects = false;  // at most kMaxRedirects, and only to the same scheme, host and port
  bool allow_private_addresses = false;
  // In whose shares it counts (ClientLimits). `holder`: the user, else the address, that it is made for;
  // empty: the server itself. `connector`: of its id; empty: none.
  std::string holder, connector;
  std::shared_ptr<Cancellation> cancellation = {};  // gives it up, with kUnavailable; not one of start()
};
inline constexpr long kMaxRedirects = 5;
inline constexpr std::size_t kMaxUnreadBytes = 256 * 1024;  // of a stream: the sender waits above

// Requests at once, over both pools. Those of the server itself, without holder and connector, have room of
// their own, so that nobody's calls keep it from signing people in.
struct ClientLimits {
  std::size_t requests = 1000;      // of all users and connectors; "limits.outgoing_requests"
  std::size_t per_holder = 250;     // "limits.outgoing_per_user"
  std::size_t per_connector = 500;  // "limits.outgoing_per_connector"
};
inline constexpr std::size_t kMaxOwnRequests = 100;

struct ClientResponse {
  int status = 0;
  std::string content_type, cache_control;
  std::vector<std::pair<std::string, std::string>> headers;  // of the final response, names in lower case
  // The first one of that name (lower case); empty when absent.
  std::string header(std::string_view name) const;
  std::string body;
  std::string redirect_url;  // where a 3xx points, absolute; empty otherwise
};

// A response that is read while it comes. What is under way ends with the object.
//
// The client's thread puts what arrives into a mailbox and stops reading from the socket while more than
// kMaxUnreadBytes lie in it, so that a fast sender waits for a slow reader. interrupt() and nudge() are
// thread-safe; the rest is for one coroutine at a time.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  // Status and headers, without a body; waits for them first.
  // Errors: those of Client::send, kTimeout when they do not come
  virtual Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) = 0;
  // The next bytes; empty: that was all. Errors: kTimeout nothing came for so long, which may be asked again;
  // kUpstream it broke off; kTooLarge; kUnavailable interrupted
  virtual Task<Result<std::string>> read(std::chrono::milliseconds timeout) = 0;
  // Gives up: who waits, and who asks later, gets kUnavailable.
  virtual void interrupt() = 0;
  // Who waits, or asks next, gets kTimeout at once: there is something else to look at.
  virtual void nudge() = 0;
};

// Whether an address is one that the internet can have: not loopback, private, link-local, shared, multicast,
// reserved, nor an IPv6 form that carries such an IPv4 address (RFC 6890 and its successors).
bool is_public_address(std::string_view address);

class Client {
 public:
  // `ca_file`: a PEM file with authorities that are trusted besides the system's; empty: none. One that
  // cannot be read adds nothing.
  explicit Client(const std::string& ca_file = {}, const ClientLimits& limits = {});
  ~Client();  // stops
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Ends its threads and, with kUnavailable, the requests in progress. Idempotent; a request that is made
  // afterwards is never answered.
  void stop();

  // Errors: kInvalidArgument  the URL cannot be used, or a header, or the method, has a character that cannot
  // be sent
  //         kForbidden        the address is private, or a redirect leads to another host: it would get the
  //         headers kTimeout, kTooLarge, kUpstream (no connection, TLS failure), kUnavailable (stopped, given
  //         up) kRateLimited  a share is used up (ClientLimits); says which
  Task<Result<ClientResponse>> send(ClientRequest request);
  // Begins an exchange whose answer is read as it comes. Redirects are not followed.
  std::shared_ptr<ClientStream> start(ClientRequest request);

 private:
  Task<Result<ClientResponse>> send_once(ClientRequest request);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick::http
