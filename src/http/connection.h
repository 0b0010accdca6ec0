// Connection: the socket of one client, on one io thread from accept to close.
//
// Internal to http/. Everything runs on the io thread of the connection, except BlockingHandlers, whose result
// returns by a post. Deadlines are coarse: a sweep of the thread (ThreadState) checks every connection once per
// second.
#pragma once

#include <absl/functional/any_invocable.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/fair_pool.h"
#include "http/body_budget.h"
#include "http/client_address.h"
#include "http/connection_lists.h"
#include "http/message.h"
#include "http/request_reader.h"
#include "http/router.h"
#include "http/server.h"

namespace wick::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

class Connection;
struct ThreadState;

// State that all threads share. Read-only, except for the counters.
struct Shared {
  explicit Shared(const Limits& limits)
      : public_bodies(limits.max_body_memory_bytes / 4),
        bodies(limits.max_body_memory_bytes - limits.max_body_memory_bytes / 4),
        body_shares(std::max(limits.max_body_memory_bytes / kBodyMemorySharers, 2 * limits.max_body_bytes),
                    bodies) {}

  ServerOptions options;
  Router router;
  std::string fixed_headers;         // header lines of every response
  BodyBudget public_bodies, bodies;  // for public routes, and for the others
  BodyShares body_shares;            // of `bodies`, for each holder of a valid credential
  std::unique_ptr<FairPool> workers, password_workers, search_workers;
  std::vector<Executor> large_threads;  // for large requests; at least one

  std::string holder_of(const Request& request) const {
    return options.holder ? options.holder(request) : std::string(request.remote_address);
  }
  FairPool& pool(Workers which) const {
    return which == Workers::kPasswords  ? *password_workers
           : which == Workers::kSearches ? *search_workers
                                         : *workers;
  }
  std::atomic<std::size_t> connections{0};
  ClientRegistry clients;             // except trusted proxies, which have no limit
  std::vector<ThreadState*> threads;  // set before the threads run
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable drained;  // connections reached 0
};

// An io_context whose coroutines can be destroyed while it still exists.
class Context : public asio::io_context {
 public:
  using execution_context::shutdown;
  using io_context::io_context;
};

// One io thread.
struct ThreadState {
  explicit ThreadState(Shared& the_shared) : shared(the_shared), context(1), sweep(context.get_executor()) {}

  void add(Connection& connection);
  void remove(Connection& connection);
  // Closes the connection of this stage that connection_lists.h chooses; of this client only, if `client` is
  // not null. False if there is none.
  bool make_room(const ConnectionCounts* client, ConnectionStage stage);
  std::string_view date();  // the value of the Date field, formatted once per second

  Shared& shared;
  std::chrono::steady_clock::time_point next_warning{};
  ConnectionLists
      connections;  // before context: coroutines that it destroys remove themselves from the lists
  Context context;
  Timer sweep;
  bool sweeping = false;
  bool ended = false;  // the context has stopped for good
  std::int64_t date_second = 0;
  std::string date_text;

 private:
  void start_sweep();
};

// The client of a connection.
struct Peer {
  ClientAddress address;
  std::string network;                       // client_network
  std::shared_ptr<ConnectionCounts> counts;  // null: a trusted proxy
};

class Connection final : public Exchange,
                         public StreamWriter,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(ThreadState& thread, Socket socket, Peer peer);
  ~Connection() override;

  static Task<void> run(std::shared_ptr<Connection> self);
  void on_sweep(std::chrono::steady_clock::time_point now);
  // Whether the connection can be closed without losing a request, and belongs to this client (null: any).
  bool may_give_way(const ConnectionCounts* client, std::chrono::steady_clock::time_point now);
  void give_way();
  // Closes an idle connection and calls the disconnect callback of a stream. A request in progress continues.
  void on_stop();

  const Request& request() const override { return request_; }
  Executor executor() override { return thread_.context.get_executor(); }
  Task<StreamWriter*> start_stream(std::string content_type) override;
  Task<bool> write(std::string chunk) override;
  void watch(std::function<void()> on_disconnect) override;

 private:
  enum class State { kIdle, kReading, kHandling, kWriting };
  void enter(State state);
  ConnectionStage stage();  // of the state

  // Reads until the reader reports kHead or kRequest. Returns 0, the status to reject the request with, or -1
  // if the connection has ended.
  Task<int> read_until(RequestReader::Event wanted);
  Task<int> read_body();
  // Finds the route and runs its header check. Returns the rejection, if any.
  Task<std::optional<Response>> judge_head();
  Task<std::optional<Response>> check_large_body();
  // Reserves the body from the share of the holder, after its credential was found valid.
  void take_share(std::size_t max_body_bytes);
  // Answers one request whose head has been read. False: the connection ends.
  Task<bool> serve_request();
  Task<bool> refuse_early(Response refusal);
  Task<void> refuse(int status);
  Task<void> drain();
  Task<Response> handle();
  Task<Response> run_on_worker(std::function<Response()> work);
  Task<Response> handle_large(const Handler& handler);
  Task<bool> send(const Response& response, bool keep_alive);
  Task<bool> send_all(std::string_view bytes, std::string_view more = {});
  Task<void> watch_for_disconnect();
  Task<void> peek_for_disconnect(unsigned watch);
  void end_watch();
  void disconnected();
  void set_request();
  Response failure_response(std::exception_ptr failure);

  ThreadState& thread_;
  Socket socket_;
  Peer peer_;
  ConnectionLists::Place place_;
  friend struct ThreadState;

  State state_ = State::kIdle;
  std::chrono::steady_clock::time_point entered_, deadline_;  // of the state
  bool timed_out_ = false, has_served_ = false;

  std::string route_fields_;           // RouteOptions::fields, as lines
  std::shared_ptr<BodyBudget> share_;  // before reader_, which reserves from it
  RequestReader reader_;
  Router::Match match_;
  Request request_;
  std::string out_;
  bool streaming_ = false, chunked_ = false, gone_ = false, refused_ = false;
  std::function<void()> on_disconnect_;
  unsigned watch_ = 0;  // the number of the watch that peeks
  bool watching_ = false;
};

}  // namespace wick::http
