// The outgoing HTTP client: libcurl multi on its own threads, with protection against server-side request
// forgery.
//
// The address check runs when a socket is opened: after name resolution, and for every redirect. So neither DNS
// rebinding nor a redirect bypasses it. Unless the request allows private addresses, only public addresses are
// connected to. Requests that may reach private addresses have their own connection pool, because a pooled
// connection is not opened, and so not checked, again. Proxies from the environment are not used, because the
// check would see the address of the proxy instead of the target. Thread-safe.
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
  std::chrono::seconds timeout{30};          // for the whole exchange; ignored by start()
  std::size_t max_response_bytes = 1 << 20;  // 0: no limit, for streams whose reader limits them
  bool follow_redirects = false;  // at most kMaxRedirects, and only to the same scheme, host and port
  bool allow_private_addresses = false;
  // The shares that the request counts in (ClientLimits). `holder` is the user or address that caused the
  // request; empty for the server itself. `connector` is a connector id; empty for none.
  std::string holder, connector;
  std::shared_ptr<Cancellation> cancellation = {};  // ends send() with kUnavailable; ignored by start()
};
inline constexpr long kMaxRedirects = 5;
inline constexpr std::size_t kMaxUnreadBytes = 256 * 1024;  // of a stream; above this, the sender waits

// Limits on simultaneous requests in both pools. Requests of the server itself, without holder and connector,
// have a separate limit, so that calls never prevent users from signing in.
struct ClientLimits {
  std::size_t requests = 1000;      // by all users and connectors; "limits.outgoing_requests"
  std::size_t per_holder = 250;     // "limits.outgoing_per_user"
  std::size_t per_connector = 500;  // "limits.outgoing_per_connector"
};
inline constexpr std::size_t kMaxOwnRequests = 100;

struct ClientResponse {
  int status = 0;
  std::string content_type, cache_control;
  std::vector<std::pair<std::string, std::string>> headers;  // of the final response, names in lower case
  // The first header of that name (in lower case); empty if there is none.
  std::string header(std::string_view name) const;
  std::string body;
  std::string redirect_url;  // the absolute target of a 3xx; else empty
};

// A response that is read while it arrives. Destroying the object ends the transfer.
//
// The client's thread puts arriving data into a mailbox. It stops reading from the socket while the mailbox
// holds more than kMaxUnreadBytes, so that a fast sender waits for a slow reader. interrupt() and nudge() are
// thread-safe; the other functions are for one coroutine at a time.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  // Waits for status and headers. The body is empty.
  // Errors: those of Client::send(); kTimeout  they did not arrive in time
  virtual Task<Result<const ClientResponse*>> head(std::chrono::milliseconds timeout) = 0;
  // Waits for the next bytes; empty at the end of the body.
  // Errors: kTimeout      nothing arrived in time; the call may be repeated
  //         kUpstream     the connection broke
  //         kTooLarge     max_response_bytes
  //         kUnavailable  interrupted
  virtual Task<Result<std::string>> read(std::chrono::milliseconds timeout) = 0;
  // Ends the transfer. Pending and later calls return kUnavailable.
  virtual void interrupt() = 0;
  // Makes the pending call, or else the next one, return kTimeout immediately, so that the reader can look at
  // something else.
  virtual void nudge() = 0;
};

class Client {
 public:
  // `ca_file` is a PEM file with certificate authorities to trust in addition to those of the system; empty for
  // none. An unreadable file adds nothing.
  explicit Client(const std::string& ca_file = {}, const ClientLimits& limits = {});
  ~Client();  // stops
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Ends the threads, and the requests in progress with kUnavailable. Idempotent. Later requests are never
  // answered.
  void stop();

  // Sends the request and returns the whole response.
  // Errors: kInvalidArgument  the URL is unusable, or the method or a header has a character that cannot be sent
  //         kForbidden        the address is private, or a redirect leads to another host, which would get the
  //                           headers
  //         kTimeout          ClientRequest::timeout
  //         kTooLarge         max_response_bytes
  //         kUpstream         no connection, or a TLS failure
  //         kUnavailable      stopped or cancelled
  //         kRateLimited      a share is used up (ClientLimits); the message says which
  Task<Result<ClientResponse>> send(ClientRequest request);
  // Sends the request and returns a stream of the response. Redirects are not followed. Errors: from the stream
  std::shared_ptr<ClientStream> start(ClientRequest request);

 private:
  Task<Result<ClientResponse>> send_once(ClientRequest request);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick::http
