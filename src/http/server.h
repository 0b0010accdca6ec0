// The HTTP/1.1 server: listeners, routes, limits.
//
// Each thread has one io_context and its own SO_REUSEPORT listener. A connection stays on one thread. The
// server reads a request completely (bounded header and body, one deadline), handles it, and sends the response
// with one write. Then it reads the next pipelined request. BlockingHandlers run on worker threads, which serve
// all holders in turn (base/fair_pool.h). A request with a large body is handled on a separate thread, always
// the same one for one holder, so that it delays no connection of an io thread.
#pragma once

#include <chrono>
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
  std::size_t max_public_body_bytes = 64 * 1024;  // 413 above, on public routes
  // The memory of the bodies of all connections; above: 503. A quarter is for public routes and the rest for
  // the others, so that unauthenticated clients cannot take the memory of users.
  std::size_t max_body_memory_bytes = 256 * 1024 * 1024;
  std::size_t max_connections = 20'000;            // above, one is closed (connection_lists.h), or 503
  std::size_t connections_per_address = 0;         // of one client_network(); 0: a quarter of max_connections
  int request_timeout_seconds = 15;                // first byte of a request to its last: 408 and close
  int idle_timeout_seconds = 75;                   // between requests: close
  int write_timeout_seconds = 30;                  // for a peer that does not read: close
  std::size_t max_queued_blocking_requests = 256;  // waiting for a worker; above: 503 with Retry-After
  std::size_t max_blocking_requests_per_holder = 64;  // waiting or running for one holder; above: 429
  // A request with a larger body is handled on a thread for large requests (http/relayed_exchange.h).
  std::size_t large_body_bytes = 64 * 1024;
};
// Each user may use an eighth of the memory for bodies, or at least the space that one largest body needs while
// it grows.
inline constexpr std::size_t kBodyMemorySharers = 8;
inline constexpr std::size_t kGeneralWorkers = 6, kSearchWorkers = 2;
// Each hash uses a whole core: half of the cores, and at least this many threads.
inline constexpr std::size_t kMinPasswordWorkers = 2;

// A listening TCP socket. Connections wait in its backlog until a server accepts them, so the port is known and
// reserved before the server exists. Movable; closes the socket on destruction.
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
  std::vector<IpNetwork> trusted_proxies;  // proxies that may name the client, see client_address.h
  // Added to every response (security headers).
  std::vector<std::pair<std::string, std::string>> headers;
  // The holder whose share of worker threads and body memory a request uses: a user, else an address.
  // Thread-safe; must not block. Empty function: the address of the peer.
  std::function<std::string(const Request&)> holder;
};

class Server : public RouteTable {
 public:
  explicit Server(ServerOptions options);
  ~Server() override;  // stops and discards
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Adds a route. Call before start(). `path` has literal segments and {name} captures, or ends in "/*" for any
  // rest. A known path with another method is answered with 405 and Allow. An unknown path goes to the
  // fallback, else 404.
  // An error of the server itself (400, 404, 405, 408, 413, 431, 500, 501, 503) has a JSON body:
  // {"error":{"code","message","request_id"}}.
  void route(std::string method, std::string path, Handler handler, RouteOptions options = {}) override;
  void route_blocking(std::string method, std::string path, BlockingHandler handler,
                      RouteOptions options = {}) override;
  void fallback(Handler handler);
  // Listens on the address of the options. Errors: as ListeningSocket::open()
  Result<void> start();
  // Accepts from `socket`, which must listen on the address of the options. Errors: kUnavailable
  Result<void> start(ListeningSocket socket);
  // Stops accepting, waits at most `grace` for requests in progress, closes all connections and joins the
  // threads. Idempotent. Unfinished coroutines remain, and other threads may still post to them.
  void stop(std::chrono::seconds grace = std::chrono::seconds(10));
  // Destroys unfinished coroutines. Call after stop(), when no other thread posts to the io_contexts any more
  // and everything that the coroutines refer to still exists. Idempotent.
  void discard();
  std::uint16_t port() const;
  // The io_contexts, for timers and completions.
  std::vector<asio::io_context*> contexts();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick::http
