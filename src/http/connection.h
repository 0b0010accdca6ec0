// Connection: one client's socket, on one io thread from accept to close.
//
// Used only inside http/. Everything here runs on the connection's io thread; only BlockingHandlers leave it,
// and their result comes back by a post. Deadlines are coarse: the thread's sweep (ThreadState) looks at
// every connection once a second.
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

// What all threads share, read-only but for the counters.
struct Shared {
  explicit Shared(const Limits& limits)
      : public_bodies(limits.max_body_memory_bytes / 4),
        bodies(limits.max_body_memory_bytes - limits.max_body_memory_bytes / 4),
        body_shares(std::max(limits.max_body_memory_bytes / kBodyMemorySharers, 2 * limits.max_body_bytes),
                    bodies) {}

  ServerOptions options;
  Router router;
  std::string fixed_headers;         // of every response, with line ends
  BodyBudget public_bodies, bodies;  // of routes that anybody may use, and of the others
  BodyShares body_shares;            // of `bodies`, of those whose credential was found good
  std::unique_ptr<FairPool> workers, password_workers, search_workers;
  std::vector<Executor> large_threads;  // for large requests; one at least

  std::string holder_of(const Request& request) const {
    return options.holder ? options.holder(request) : std::string(request.remote_address);
  }
  FairPool& pool(Workers which) const {
    return which == Workers::kPasswords  ? *password_workers
           : which == Workers::kSearches ? *search_workers
                                         : *workers;
  }
  std::atomic<std::size_t> connections{0};
  ClientRegistry clients;             // but for trusted proxies, which have no share
  std::vector<ThreadState*> threads;  // set before they run
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable drained;  // connections reached 0
};

// Its coroutines can be destroyed while it still exists.
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
  // Closes the connection that gives way first (connection_lists.h) of this stage, of this client only if one
  // is named. False: there is none.
  bool make_room(const ConnectionCounts* client, ConnectionStage stage);
  std::string_view date();  // the Date field's value, made once a second

  Shared& shared;
  std::chrono::steady_clock::time_point next_warning{};
  ConnectionLists connections;  // before context: coroutines that die with it take themselves off the lists
  Context context;
  Timer sweep;
  bool sweeping = false;
  bool ended = false;  // the context has stopped for good
  std::int64_t date_second = 0;
  std::string date_text;

 private:
  void start_sweep();
};

// Whose connection it is.
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
  // Whether it can be closed without losing a request, and is one of this client.
  bool may_give_way(const ConnectionCounts* client, std::chrono::steady_clock::time_point now);
  void give_way();
  // Ends an idle connection at once, a stream through its disconnect callback; a request in progress goes on.
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

  // Reads until the reader says kHead or kRequest. 0, the status to refuse the request with, or -1 when the
  // connection is over.
  Task<int> read_until(RequestReader::Event wanted);
  Task<int> read_body();
  // Finds the route and judges the request by its head: the refusal, or nothing.
  Task<std::optional<Response>> judge_head();
  Task<std::optional<Response>> check_large_body();
  // The credential is good: the body counts as one of its holder.
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
  std::shared_ptr<BodyBudget> share_;  // before reader_, which counts in it
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
