#include "http/server.h"

#include <sys/resource.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <ctime>
#include <thread>

#include "base/log.h"
#include "http/admission.h"
#include "http/connection.h"

namespace wick::http {
namespace {

using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
constexpr auto kSweepEvery = std::chrono::seconds(1);
constexpr auto kAcceptPause = std::chrono::milliseconds(20);
constexpr int kBacklog = 1024;

FairPoolOptions workers(std::size_t threads, const Limits& limits) {
  FairPoolOptions options;
  options.threads = threads;
  options.max_queued = limits.max_queued_blocking_requests;
  options.max_per_holder = limits.max_blocking_requests_per_holder;
  options.max_running_per_holder = threads / 2;
  options.holder_setting = "limits.queued_requests_per_user";
  options.total_setting = "limits.max_queued_requests";
  return options;
}

std::size_t password_workers() {
  return std::max<std::size_t>(kMinPasswordWorkers, std::thread::hardware_concurrency() / 2);
}

FairPoolOptions background_workers(std::size_t threads, const Limits& limits) {
  FairPoolOptions options = workers(threads, limits);
  options.nice = kBackgroundNice;
  return options;
}

std::unexpected<Error> cannot_listen(const std::string& address, std::uint16_t port,
                                     const std::string& reason) {
  return fail(ErrorCode::kUnavailable,
              "Cannot listen on " + address + ":" + std::to_string(port) + ": " + reason +
                  ". Is another server running there? Choose another with --listen.");
}

// Opens and binds `acceptor` to an address that all listeners of this server share.
template <typename SharedAcceptor>
void bind_shared(SharedAcceptor& acceptor, const tcp::endpoint& endpoint, error_code& ec) {
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.set_option(ReusePort(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
}

Task<void> accept_loop(ThreadState& thread, Acceptor& acceptor) {
  Shared& shared = thread.shared;
  while (!shared.stopping) {
    Socket socket(thread.context.get_executor());
    tcp::endpoint peer;
    error_code ec;
    co_await acceptor.async_accept(socket, peer, asio::redirect_error(kAwait, ec));
    if (ec == asio::error::operation_aborted || shared.stopping) co_return;
    if (!ec) {
      co_await admit(thread, std::move(socket), peer);
      continue;
    }
    // Either descriptors are exhausted, which the reserve should prevent, or the peer has already left. The
    // pause keeps the loop from spinning.
    std::string reason = ec.message();
    co_await note_accept_failure(thread, std::move(reason));
    Timer pause(thread.context.get_executor(), kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(kAwait, ec));
  }
}

// An exception that escapes a handler (only lack of memory causes one) ends that handler and nothing else.
void run_context(Context& context) {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& error) {
      spdlog::error("an io thread goes on after: {}", error.what());
    }
  }
}

}  // namespace

void ThreadState::add(Connection& connection) {
  connection.place_ = connections.add(connection, std::chrono::steady_clock::now());
  ++shared.connections;
  if (!sweeping) start_sweep();
}

void ThreadState::remove(Connection& connection) {
  connections.remove(connection.place_);
  if (connection.peer_.counts) shared.clients.remove(connection.peer_.network);
  if (connections.empty() && !ended) sweep.cancel();
  if (--shared.connections == 0 && shared.stopping) {
    std::lock_guard lock(shared.mutex);
    shared.drained.notify_all();
  }
}

// Runs only while there are connections: an idle server sleeps.
void ThreadState::start_sweep() {
  sweeping = true;
  sweep.expires_after(kSweepEvery);
  sweep.async_wait([this](error_code) {
    sweeping = false;
    if (connections.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    connections.for_each([&](Connection& connection) { connection.on_sweep(now); });
    start_sweep();
  });
}

std::string_view ThreadState::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second) {
    date_second = now;
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[40];
    date_text.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return date_text;
}

Result<ListeningSocket> ListeningSocket::open(const std::string& address, std::uint16_t port) {
  error_code ec;
  tcp::endpoint endpoint(asio::ip::make_address(address, ec), port);
  if (ec) {
    return fail(ErrorCode::kInvalidArgument,
                "Cannot listen on " + address + ":" + std::to_string(port) + ": this is not an IP address.");
  }
  asio::io_context context;
  if (port != 0) {
    // SO_REUSEPORT would let two servers share the port unnoticed, so bind without it first.
    tcp::acceptor probe(context);
    probe.open(endpoint.protocol(), ec);
    if (!ec) probe.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) probe.bind(endpoint, ec);
    if (!ec) probe.listen(1, ec);
    if (ec) return cannot_listen(address, port, ec.message());
  }
  tcp::acceptor listener(context);
  bind_shared(listener, endpoint, ec);
  if (!ec) listener.listen(kBacklog, ec);
  if (!ec) endpoint = listener.local_endpoint(ec);
  const int fd = ec ? -1 : listener.release(ec);
  if (ec) return cannot_listen(address, port, ec.message());
  return ListeningSocket(fd, endpoint.port());
}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(port_, other.port_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (fd_ >= 0) ::close(fd_);
}

struct Server::Impl {
  explicit Impl(const Limits& limits) : shared(limits) {}

  Shared shared;
  std::vector<std::unique_ptr<ThreadState>> threads;
  std::vector<std::unique_ptr<ThreadState>> large_threads;  // without connections of their own
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::vector<asio::executor_work_guard<Executor>> guards;
  std::vector<std::thread> running;
  std::uint16_t port = 0;
  bool stopped = false, discarded = false;
};

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(options.limits)) {
  Shared& shared = impl_->shared;
  for (const auto& [name, value] : options.headers) shared.fixed_headers += name + ": " + value + "\r\n";
  if (options.threads <= 0) options.threads = int(std::max(1u, std::thread::hardware_concurrency()));
  shared.options = std::move(options);
  const Limits& limits = shared.options.limits;
  shared.workers = std::make_unique<FairPool>(workers(kGeneralWorkers, limits));
  shared.password_workers = std::make_unique<FairPool>(background_workers(password_workers(), limits));
  shared.search_workers = std::make_unique<FairPool>(background_workers(kSearchWorkers, limits));
  for (int i = 0; i < shared.options.threads; ++i)
    impl_->threads.push_back(std::make_unique<ThreadState>(shared));
  for (auto& thread : impl_->threads) shared.threads.push_back(thread.get());
  for (int i = 0; i < std::max(2, shared.options.threads); ++i) {
    impl_->large_threads.push_back(std::make_unique<ThreadState>(shared));
    shared.large_threads.push_back(impl_->large_threads.back()->context.get_executor());
  }
}

Server::~Server() {
  stop();
  discard();
}

// First all coroutines, then all contexts: a coroutine may own objects of another context, and its destructors
// may post there.
void Server::discard() {
  if (std::exchange(impl_->discarded, true)) return;
  for (auto& thread : impl_->threads) thread->ended = true;
  impl_->acceptors.clear();
  for (auto& thread : impl_->large_threads) thread->context.shutdown();
  for (auto& thread : impl_->threads) thread->context.shutdown();
}

void Server::route(std::string method, std::string path, Handler handler, RouteOptions options) {
  impl_->shared.router.add(std::move(method), std::move(path), {std::move(handler), {}, std::move(options)});
}
void Server::route_blocking(std::string method, std::string path, BlockingHandler handler,
                            RouteOptions options) {
  impl_->shared.router.add(std::move(method), std::move(path), {{}, std::move(handler), std::move(options)});
}
void Server::fallback(Handler handler) {
  impl_->shared.router.set_fallback(std::move(handler));
}

Result<void> Server::start() {
  WICK_TRY(socket, ListeningSocket::open(impl_->shared.options.address, impl_->shared.options.port));
  return start(std::move(socket));
}

Result<void> Server::start(ListeningSocket socket) {
  error_code ec;
  const std::string& address = impl_->shared.options.address;
  const tcp::endpoint endpoint(asio::ip::make_address(address, ec), socket.port());
  for (auto& thread : impl_->threads) {
    if (ec) break;
    auto acceptor = std::make_unique<Acceptor>(thread->context.get_executor());
    if (impl_->acceptors.empty()) {
      acceptor->assign(endpoint.protocol(), socket.release(), ec);
    } else {
      bind_shared(*acceptor, endpoint, ec);
      if (!ec) acceptor->listen(kBacklog, ec);
    }
    impl_->acceptors.push_back(std::move(acceptor));
  }
  if (ec) {
    impl_->acceptors.clear();
    return cannot_listen(address, socket.port(), ec.message());
  }
  impl_->port = endpoint.port();
  for (std::size_t i = 0; i < impl_->threads.size(); ++i) {
    ThreadState& thread = *impl_->threads[i];
    impl_->guards.push_back(asio::make_work_guard(thread.context.get_executor()));
    asio::co_spawn(thread.context.get_executor(), accept_loop(thread, *impl_->acceptors[i]), asio::detached);
    impl_->running.emplace_back([&thread] { run_context(thread.context); });
  }
  for (auto& thread : impl_->large_threads) {
    impl_->guards.push_back(asio::make_work_guard(thread->context.get_executor()));
    impl_->running.emplace_back([&context = thread->context] {
      setpriority(PRIO_PROCESS, id_t(gettid()), kBackgroundNice);  // Linux: of this thread
      run_context(context);
    });
  }
  return {};
}

void Server::stop(std::chrono::seconds grace) {
  if (std::exchange(impl_->stopped, true)) return;
  Shared& shared = impl_->shared;
  shared.stopping = true;
  for (std::size_t i = 0; i < impl_->acceptors.size(); ++i) {
    asio::post(impl_->threads[i]->context, [&thread = *impl_->threads[i], &acceptor = *impl_->acceptors[i]] {
      error_code ignored;
      acceptor.close(ignored);
      thread.connections.for_each([](Connection& connection) { connection.on_stop(); });
    });
  }
  if (!impl_->running.empty()) {
    std::unique_lock lock(shared.mutex);
    shared.drained.wait_for(lock, grace, [&] { return shared.connections == 0; });
  }
  for (auto* pool : {&shared.workers, &shared.password_workers, &shared.search_workers}) (*pool)->join();
  impl_->guards.clear();
  for (auto& thread : impl_->threads) thread->context.stop();
  for (auto& thread : impl_->large_threads) thread->context.stop();
  for (auto& thread : impl_->running) thread.join();
}

std::uint16_t Server::port() const {
  return impl_->port;
}

std::vector<asio::io_context*> Server::contexts() {
  std::vector<asio::io_context*> out;
  for (auto& thread : impl_->threads) out.push_back(&thread->context);
  return out;
}

}  // namespace wick::http
