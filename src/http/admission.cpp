#include "http/admission.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "base/open_files.h"

namespace wick::http {
namespace {

using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;
constexpr auto kWarnEvery = std::chrono::seconds(30);
constexpr std::size_t kMaxAskedThreads = 4;

std::string address_text(const tcp::endpoint& peer) {
  asio::ip::address address = peer.address();
  if (address.is_v4()) return address.to_string();
  asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  v6.scope_id(0);  // "fe80::1%eth0" is the address fe80::1
  return v6.to_string();
}

// The kernel buffers at most this much unread data, in addition to data in flight.
constexpr int kUnsentBytes = 256 * 1024;

void bound_unsent(Socket& socket) {
  setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof kUnsentBytes);
}

void refuse(Socket socket) {
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  error_code ec;
  socket.write_some(asio::buffer(text), ec);
  socket.shutdown(tcp::socket::shutdown_send, ec);
  // Closing with unread bytes would reset the connection before the client has read the rejection.
  char unread[4096];
  for (int i = 0; i < 16 && recv(socket.native_handle(), unread, sizeof unread, MSG_DONTWAIT) > 0;) ++i;
}

// Warns once per kWarnEvery and io thread, so that a flood of connections does not flood the log.
void warn_now_and_then(ThreadState& thread, const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (now < thread.next_warning) return;
  thread.next_warning = now + kWarnEvery;
  spdlog::warn("{}", text);
}

// Runs `work` on another io thread and comes back.
template <typename Work>
Task<bool> run_on(Context& there, Work work) {
  const Executor home = co_await asio::this_coro::executor;
  bool result = false;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto handler) {
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        asio::post(there, [&, resume, guard = asio::make_work_guard(home)]() mutable {
          result = work();
          asio::post(guard.get_executor(), [resume = std::move(resume)]() mutable { std::move (*resume)(); });
        });
      },
      kAwait);
  co_return result;
}

// The connection of all threads that has been in this stage for longest.
Task<bool> make_room_of(ThreadState& thread, const ConnectionCounts* client, ConnectionStage stage) {
  std::vector<std::pair<ConnectionLists::Time, ThreadState*>> threads;
  for (ThreadState* each : thread.shared.threads) {
    const auto oldest = each->connections.oldest(stage);
    if (oldest != ConnectionLists::Time::max()) threads.emplace_back(oldest, each);
  }
  std::sort(threads.begin(), threads.end());
  if (threads.size() > kMaxAskedThreads) threads.resize(kMaxAskedThreads);
  for (const auto& [oldest, each] : threads) {
    if (each == &thread) {
      if (thread.make_room(client, stage)) co_return true;
      continue;
    }
    const auto work = [other = each, client, stage] { return other->make_room(client, stage); };
    const bool made = co_await run_on(each->context, work);
    if (made) co_return true;
  }
  co_return false;
}

Task<bool> make_room_anywhere(ThreadState& thread, const ConnectionCounts* client) {
  for (const ConnectionStage stage :
       {ConnectionStage::kUnused, ConnectionStage::kSending, ConnectionStage::kIdle}) {
    const bool made = co_await make_room_of(thread, client, stage);
    if (made) co_return true;
  }
  co_return false;
}

// Whether to accept the connection, if necessary in place of another one. `peer` outlives the call.
Task<bool> has_room(ThreadState& thread, const Peer& peer, int descriptor) {
  const Shared& shared = thread.shared;
  const Limits& limits = shared.options.limits;
  const std::size_t share = limits.connections_per_address > 0
                                ? limits.connections_per_address
                                : std::max<std::size_t>(1, limits.max_connections / 4);
  const bool over_share = peer.counts && peer.counts->connections > share;
  if (!over_share && shared.connections < limits.max_connections && !is_reserved_file(descriptor))
    co_return true;
  const bool made = co_await make_room_anywhere(thread, over_share ? peer.counts.get() : nullptr);
  if (!made) {
    warn_now_and_then(thread, over_share
                                  ? "connections from " + peer.network +
                                        " are refused: it has reached limits.connections_per_address"
                                  : "connections are refused: limits.max_connections, or the limit of open "
                                    "files, is reached");
  }
  co_return made;
}

// Subtracts the connection from the counts, unless a Connection has taken over.
class CountedPeer {
 public:
  CountedPeer(Shared& shared, ClientAddress address)
      : shared_(shared), peer{std::move(address), {}, nullptr} {
    peer.network = client_network(peer.address.peer());
    if (!peer.address.is_trusted_proxy()) peer.counts = shared_.clients.add(peer.network);
  }
  ~CountedPeer() {
    if (peer.counts) shared_.clients.remove(peer.network);
  }
  CountedPeer(const CountedPeer&) = delete;

 private:
  Shared& shared_;

 public:
  Peer peer;
};

}  // namespace

Task<void> admit(ThreadState& thread, Socket socket, asio::ip::tcp::endpoint endpoint) {
  try {
    ClientAddress address(address_text(endpoint), thread.shared.options.trusted_proxies);
    CountedPeer counted(thread.shared, std::move(address));
    const bool admitted = co_await has_room(thread, counted.peer, socket.native_handle());
    if (!admitted) {
      refuse(std::move(socket));
      co_return;
    }
    error_code ec;
    socket.non_blocking(true, ec);
    socket.set_option(tcp::no_delay(true), ec);
    bound_unsent(socket);
    auto connection = std::make_shared<Connection>(thread, std::move(socket), std::move(counted.peer));
    asio::co_spawn(thread.context.get_executor(), Connection::run(std::move(connection)), asio::detached);
  } catch (const std::exception& error) {
    warn_now_and_then(thread, std::string("a connection was dropped: ") + error.what());
  }
}

Task<void> note_accept_failure(ThreadState& thread, std::string reason) {
  warn_now_and_then(thread, "cannot accept a connection: " + reason);
  co_await make_room_anywhere(thread, nullptr);
}

bool ThreadState::make_room(const ConnectionCounts* client, ConnectionStage stage) {
  const auto now = std::chrono::steady_clock::now();
  Connection* first =
      connections.find(stage, [&](Connection& connection) { return connection.may_give_way(client, now); });
  if (first == nullptr) return false;
  first->give_way();
  return true;
}

ConnectionStage Connection::stage() {
  has_served_ = has_served_ || state_ == State::kHandling;
  if (state_ == State::kReading) return ConnectionStage::kSending;
  if (state_ != State::kIdle) return ConnectionStage::kBusy;
  return has_served_ ? ConnectionStage::kIdle : ConnectionStage::kUnused;
}

bool Connection::may_give_way(const ConnectionCounts* client, std::chrono::steady_clock::time_point now) {
  if (client != nullptr && client != peer_.counts.get()) return false;
  if (state_ == State::kReading) return now - entered_ >= kMinSendingTime;
  error_code ec;
  return state_ == State::kIdle && socket_.available(ec) == 0;  // else a request has arrived
}

// The coroutine that reads (now or next) sees the end of input.
void Connection::give_way() {
  error_code ignored;
  // Prevents choosing this connection again.
  thread_.connections.move(place_, ConnectionStage::kBusy, std::chrono::steady_clock::now());
  socket_.shutdown(asio::ip::tcp::socket::shutdown_receive, ignored);
}

}  // namespace wick::http
