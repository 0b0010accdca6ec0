// The HTTP/1.1 server: listeners, routes, limits.
//
// One io_context per thread, each with its own SO_REUSEPORT listener; a connection lives and dies on one
// thread. A request is read whole (bounded header and body, one deadline), handled, and answered with one
// write; the next pipelined request is read after that. BlockingHandlers run on worker threads, which take
// them from all holders in turn (base/fair_pool.h). A request with a large body is handled on a thread for
// such, always the same one for one holder, so that it holds up no connection of an io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/network.h"
#include "base/result.h"
#include "http/message.h"
#include "http/route_options.h"
#include "http/route_table.h"

namespace wick::http {

struct Limits {
  std::size_t max_header_bytes = 16 * 1024;       // request line and header fields: 431 above
  std::size_t max_body_bytes = 4 * 1024 * 1024;   // 413 above
  std::size_t max_public_body_bytes = 64 * 1024;  // 413 above, on routes that anybody may use
  // Bodies of all connections together: 503 above. A quarter of it is for the routes that anybody may use,
  // the rest for the others, so that strangers cannot take what members need.
  std::size_t max_body_memory_bytes = 256 * 1024 * 1024;
  std::size_t max_connections = 20'000;            // above, one gives way (connection_lists.h), or 503
  std::size_t connections_per_address = 0;         // of one client_network; 0: a quarter of max_connections
  int request_timeout_seconds = 15;                // first byte of a request to its last: 408 and close
  int idle_timeout_seconds = 75;                   // between requests: close
  int write_timeout_seconds = 30;                  // a peer that does not read: close
  std::size_t max_queued_blocking_requests = 256;  // that wait for a worker: 503 with Retry-After above
  std::size_t max_blocking_requests_per_holder = 64;  // of one holder that wait or run: 429 above
  // A request with a larger body is handled on a thread for large requests (http/relayed_exchange.h).
  std::size_t large_body_bytes = 64 * 1024;
};
// A user has an eighth of the memory for bodies, or room for one of the largest while it grows.
inline constexpr std::size_t kBodyMemorySharers = 8;
inline constexpr std::size_t kGeneralWorkers = 6, kSearchWorkers = 2;
// Hashing takes a whole core each: half of them, and at least this many.
inline constexpr std::size_t kMinPasswordWorkers = 2;

// A TCP socket that listens. Connections wait in its backlog until a server accepts them, so the port is known,
// and held against other programs, before the server exists. Movable; closes the socket when it goes.
class ListeningSocket {
 public:
  // Listens on `address` and `port`; port 0 takes any free port.
  // Errors: kInvalidArgument  `address` is not an IP address
  //         kUnavailable      the address cannot be bound, with address, port and reason
  static Result<ListeningSocket> open(const std::string& address, std::uint16_t port);
  ListeningSocket(ListeningSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ~ListeningSocket();

  std::uint16_t port() const { return port_; }
  int release() { return std::exchange(fd_, -1); }  // the caller closes it

 private:
  ListeningSocket(int fd, std::uint16_t port) : fd_(fd), port_(port) {}
  int fd_;
  std::uint16_t port_;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free port, see Server::port()
  int threads = 0;            // 0: one per core
  Limits limits;
  std::vector<IpNetwork> trusted_proxies;  // who may say whose request it is, see client_address.h
  // Added to every response (security headers).
  std::vector<std::pair<std::string, std::string>> headers;
  // Whose share of the worker threads and of the memory for bodies a request takes: a user, else an address. Thread-safe, must not block;
  // empty: the peer's address.
  std::function<std::string(const Request&)> holder;
};

class Server : public RouteTable {
 public:
  explicit Server(ServerOptions options);
  ~Server() override;  // stops and discards
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Routes before start(). A known path with another method is answered 405 with Allow; an unknown one goes to the fallback, else
  // 404.
  // An error of the server itself (400, 404, 405, 408, 413, 431, 500, 501, 503) has a JSON body:
  // {"error":{"code","message","request_id"}}.
  void route(std::string method, std::string path, Handler handler, RouteOptions options = {}) override;
  void route_blocking(std::string method, std::string path, BlockingHandler handler,
                      RouteOptions options = {}) override;
  void fallback(Handler handler);
  // Listens on the address of the options. Errors: as ListeningSocket::open()
  Result<void> start();
  // Accepts from `socket`, which has to listen on the address of the options. Errors: kUnavailable
  Result<void> start(ListeningSocket socket);
  // Stops accepting, lets requests in progress end (at most `grace_seconds`), closes, joins. Idempotent.
  // Coroutines that have not ended stay where they are, and other threads may go on posting to them.
  void stop(int grace_seconds = 10);
  // Destroys the coroutines that have not ended. After stop(), when no other thread posts to the io_contexts
  // any more, and while all that the coroutines refer to is still there. Idempotent.
  void discard();
  std::uint16_t port() const;
  // The io_contexts, for timers and for posting completions.
  std::vector<asio::io_context*> contexts();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick::http
