#include "http/admission.h"

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
constexpr auto kMinWait = std::chrono::milliseconds(250);
constexpr auto kNoWait = std::chrono::milliseconds(0);

std::string address_text(const tcp::endpoint& peer) {
  asio::ip::address address = peer.address();
  if (address.is_v4()) return address.to_string();
  asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  v6.scope_id(0);  // "fe80::1%eth0" is the address fe80::1
  return v6.to_string();
}

void refuse(Socket socket) {
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  error_code ec;
  socket.write_some(asio::buffer(text), ec);
  socket.shutdown(tcp::socket::shutdown_send, ec);
  // Closing over bytes that have arrived would reset the connection before the client has read the refusal.
  char unread[4096];
  for (int i = 0; i < 16 && recv(socket.native_handle(), unread, sizeof unread, MSG_DONTWAIT) > 0;) ++i;
}

// Once in kWarnEvery for each io thread: who floods the server must not flood its log.
void warn_now_and_then(ThreadState& thread, const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (now < thread.next_warning) return;
  thread.next_warning = now + kWarnEvery;
  spdlog::warn("{}", text);
}

// Asks `left` threads, one after the other, from that of this index on. `client` is null: any client's.
void ask_to_make_room(Shared& shared, std::size_t index, std::size_t left,
                      std::shared_ptr<ConnectionCounts> client) {
  ThreadState* thread = shared.threads[index % shared.threads.size()];
  asio::post(thread->context, [thread, index, left, client = std::move(client)] {
    Shared& all = thread->shared;
    const auto min_wait = left > 1 ? kMinWait : kNoWait;
    if (!thread->make_room(client.get(), min_wait) && left > 1)
      return ask_to_make_room(all, index + 1, left - 1, client);
    --(client ? *client : all.all_clients).asked;
  });
}

// On this thread, or else on another one, where no more are asked to give way than are idle. One of those may
// become busy before it is asked: then there is one more than the limit, for which the reserve of descriptors
// has room. A connection that came just now is spared while another thread may have one that has waited
// longer: its request may be on the way.
bool make_room_anywhere(ThreadState& thread, const std::shared_ptr<ConnectionCounts>& client) {
  if (thread.make_room(client.get(), kMinWait)) return true;
  Shared& shared = thread.shared;
  ConnectionCounts& counts = client ? *client : shared.all_clients;
  if (shared.threads.size() == 1 || counts.asked >= counts.idle)
    return thread.make_room(client.get(), kNoWait);
  ++counts.asked;
  const auto own = std::find(shared.threads.begin(), shared.threads.end(), &thread);
  ask_to_make_room(shared, std::size_t(own - shared.threads.begin()) + 1, shared.threads.size() - 1, client);
  return true;
}

// Whether the peer's connection may come in, in place of another one if need be.
bool has_room(ThreadState& thread, const Peer& peer, int descriptor) {
  const Shared& shared = thread.shared;
  const Limits& limits = shared.options.limits;
  const std::size_t share = limits.connections_per_address > 0
                                ? limits.connections_per_address
                                : std::max<std::size_t>(1, limits.max_connections / 4);
  if (peer.counts && peer.counts->connections > share) {
    if (make_room_anywhere(thread, peer.counts)) return true;
    warn_now_and_then(thread, "connections from " + peer.network +
                                  " are refused: it has limits.connections_per_address already");
    return false;
  }
  if (shared.connections < limits.max_connections && !is_reserved_file(descriptor)) return true;
  if (make_room_anywhere(thread, nullptr)) return true;
  warn_now_and_then(
      thread, "connections are refused: limits.max_connections, or the limit of open files, is reached");
  return false;
}

}  // namespace

void admit(ThreadState& thread, Socket socket, const tcp::endpoint& endpoint) {
  Shared& shared = thread.shared;
  try {
    ClientAddress address(address_text(endpoint), shared.options.trusted_proxies);
    Peer peer{std::move(address), {}, nullptr};
    peer.network = client_network(peer.address.peer());
    if (!peer.address.is_trusted_proxy()) peer.counts = shared.clients.add(peer.network);
    if (!has_room(thread, peer, socket.native_handle())) {
      if (peer.counts) shared.clients.remove(peer.network);
      return refuse(std::move(socket));
    }
    error_code ec;
    socket.non_blocking(true, ec);
    socket.set_option(tcp::no_delay(true), ec);
    auto connection = std::make_shared<Connection>(thread, std::move(socket), std::move(peer));
    asio::co_spawn(thread.context.get_executor(), Connection::run(std::move(connection)), asio::detached);
  } catch (const std::exception& error) {
    warn_now_and_then(thread, std::string("a connection was dropped: ") + error.what());
  }
}

void note_accept_failure(ThreadState& thread, const std::string& reason) {
  warn_now_and_then(thread, "cannot accept a connection: " + reason);
  make_room_anywhere(thread, nullptr);
}

bool ThreadState::make_room(const ConnectionCounts* client, std::chrono::milliseconds min_wait) {
  const auto now = std::chrono::steady_clock::now();
  Connection* first = connections.find(
      [&](const Connection& connection) { return connection.may_give_way(client, now, min_wait); });
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

void Connection::move_to(ConnectionStage stage) {
  const auto is_idle = [](ConnectionStage one) {
    return one == ConnectionStage::kUnused || one == ConnectionStage::kIdle;
  };
  const int change = int(is_idle(stage)) - int(is_idle(place_.stage));
  for (ConnectionCounts* counts : {&thread_.shared.all_clients, peer_.counts.get()}) {
    if (counts != nullptr && change != 0) counts->idle += std::size_t(change);
  }
  thread_.connections.move(place_, stage);
}

bool Connection::may_give_way(const ConnectionCounts* client, std::chrono::steady_clock::time_point now,
                              std::chrono::milliseconds min_wait) const {
  if (client != nullptr && client != peer_.counts.get()) return false;
  return (state_ == State::kIdle && now - entered_ >= min_wait) ||
         (state_ == State::kReading && now - entered_ >= kMinSendingTime);
}

// The coroutine that reads, or is about to, finds the end of input. Bytes that have arrived are served first.
void Connection::give_way() {
  error_code ignored;
  move_to(ConnectionStage::kBusy);  // so that it is not chosen again
  socket_.shutdown(asio::ip::tcp::socket::shutdown_receive, ignored);
}

}  // namespace wick::http
