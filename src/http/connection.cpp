#include "http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/id.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "http/error_response.h"
#include "http/relayed_exchange.h"

namespace wick::http {
namespace {

using error_code = boost::system::error_code;

// The remaining body of a rejected request is read and dropped up to this size, and the connection continues.
// Above, the connection closes.
constexpr std::size_t kMaxDroppedBytes = 64 * 1024;
// The bytes read from a closing connection, in addition to one body, so that the client sees the rejection.
constexpr std::size_t kMaxDrainedBytes = 256 * 1024;
// A body up to this size is copied after its header, so that one write sends both.
constexpr std::size_t kOneWriteBytes = 64 * 1024;

}  // namespace

// A value with a line break would begin another header or the body (response splitting).
bool sound_headers(const Response& response) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  const auto sound = [&](const std::string& text) {
    return text.find_first_of(kBreaks) == std::string::npos;
  };
  return sound(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return sound(header.first) && sound(header.second); });
}

// A share of the worker threads is used up, or the server is stopping.
Response refusal_response(const Error& error, std::string_view request_id) {
  Response response = error_response(503, request_id);
  if (error.code == ErrorCode::kRateLimited) response.status = 429;
  response.body = std::string(R"({"error":{"code":")") + error_code_name(error.code) + R"(","message":")" +
                  error.message + R"(","request_id":")" + std::string(request_id) + "\"}}";
  return response;
}

Connection::Connection(ThreadState& thread, Socket socket, Peer peer)
    : thread_(thread),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      reader_(thread.shared.options.limits.max_header_bytes, thread.shared.options.limits.max_body_bytes,
              thread.shared.bodies) {
  thread_.add(*this);
  enter(State::kIdle);
}

Connection::~Connection() {
  thread_.remove(*this);
}

void Connection::enter(State state) {
  const Limits& limits = thread_.shared.options.limits;
  state_ = state;
  entered_ = std::chrono::steady_clock::now();
  thread_.connections.move(place_, stage(), entered_);
  const int seconds = state == State::kIdle      ? limits.idle_timeout_seconds
                      : state == State::kReading ? limits.request_timeout_seconds
                      : state == State::kWriting ? limits.write_timeout_seconds
                                                 : 0;
  deadline_ =
      seconds == 0 ? std::chrono::steady_clock::time_point::max() : entered_ + std::chrono::seconds(seconds);
}

void Connection::on_sweep(std::chrono::steady_clock::time_point now) {
  if (now < deadline_ || timed_out_) return;
  timed_out_ = true;
  error_code ignored;
  // The waiting coroutine sees operation_aborted and determines the reason.
  socket_.cancel(ignored);
}

void Connection::on_stop() {
  error_code ignored;
  if (streaming_) disconnected();
  if (state_ == State::kIdle) socket_.cancel(ignored);
}

Task<int> Connection::read_until(RequestReader::Event wanted) {
  for (;;) {
    const auto event = reader_.advance();
    if (event == wanted) co_return 0;
    if (event == RequestReader::Event::kRefused) co_return reader_.status();
    const bool idle = reader_.is_idle();
    if (state_ == State::kIdle && !idle) enter(State::kReading);
    if (thread_.shared.stopping && idle) co_return -1;
    const auto room = reader_.prepare();
    error_code ec;
    const std::size_t count = co_await socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                                               asio::redirect_error(kAwait, ec));
    if (ec || count == 0) co_return timed_out_&& state_ == State::kReading ? 408 : -1;
    reader_.commit(count);
  }
}

Task<int> Connection::read_body() {
  // No co_await behind "&&" or "||": g++ 12 may destroy an awaitable that was never made.
  if (reader_.awaits_continue()) {
    const bool sent = co_await send_all("HTTP/1.1 100 Continue\r\n\r\n");
    if (!sent) co_return -1;
  }
  enter(State::kReading);
  co_return co_await read_until(RequestReader::Event::kRequest);
}

void Connection::set_request() {
  const RequestHead& head = reader_.head();
  request_.method = head.method;
  request_.path = head.path;
  request_.query = head.query;
  request_.body = {};
  request_.fields = &head.fields;
  request_.remote_address = peer_.address.of(head.fields);
  request_.captures.clear();
  route_fields_.clear();
  request_.request_id.clear();
}

Task<std::optional<Response>> Connection::judge_head() {
  Shared& shared = thread_.shared;
  match_ = shared.router.find(request_.method, request_.path, request_.captures);
  if (match_.route == nullptr) {
    Response refused = error_response(match_.allow.empty() ? 404 : 405, format_uuid(make_uuid_v7()));
    if (!match_.allow.empty()) refused.headers.emplace_back("Allow", match_.allow);
    co_return refused;
  }
  const RouteOptions& options = match_.route->options;
  if (options.fields) {
    for (const auto& [name, value] : options.fields(request_))
      route_fields_.append(name).append(": ").append(value).append("\r\n");
  }
  const Limits& limits = shared.options.limits;
  const RequestHead& head = reader_.head();
  const std::size_t small = std::min(limits.max_public_body_bytes, limits.max_body_bytes);
  const bool is_large = head.is_chunked || head.content_length > small;
  const bool has_large_limit = options.takes_large_bodies && (is_large || !options.large_body_check);
  if (!has_large_limit) reader_.set_body_limit(small, shared.public_bodies);
  // The reader rejects an announced length above the limit.
  if (reader_.has_whole_body() || head.content_length > (has_large_limit ? limits.max_body_bytes : small))
    co_return std::nullopt;
  request_.request_id = format_uuid(make_uuid_v7());
  if (options.check) {
    std::optional<Response> refusal = options.check(request_);
    if (refusal) co_return refusal;
    take_share(has_large_limit ? limits.max_body_bytes : small);
  }
  if (!has_large_limit || !options.large_body_check) co_return std::nullopt;
  std::optional<Response> refusal = co_await check_large_body();
  if (!refusal) take_share(limits.max_body_bytes);
  co_return refusal;
}

void Connection::take_share(std::size_t max_body_bytes) {
  share_ = thread_.shared.body_shares.of(thread_.shared.holder_of(request_));
  reader_.set_body_limit(max_body_bytes, *share_);
}

Task<std::optional<Response>> Connection::check_large_body() {
  enter(State::kHandling);
  bool passed = false;
  std::function<Response()> work = [this, &passed] {
    std::optional<Response> refusal = match_.route->options.large_body_check(request_);
    passed = !refusal;
    return passed ? Response() : std::move(*refusal);
  };
  Response refusal = co_await run_on_worker(std::move(work));
  if (passed) co_return std::nullopt;
  co_return refusal;
}

// Sends the response before the body has arrived. The connection continues if the beginning of the next request
// is known: not if the client waits for 100 (Continue) and may or may not send the body (RFC 9110 §10.1.1).
Task<bool> Connection::refuse_early(Response refusal) {
  const RequestHead& head = reader_.head();
  const bool keep_alive = head.keep_alive && !thread_.shared.stopping && !head.expects_continue &&
                          reader_.drop_body(kMaxDroppedBytes);
  if (!keep_alive) refused_ = true;
  const bool sent = co_await send(refusal, keep_alive);
  if (!sent || !keep_alive) co_return false;
  request_ = {};
  enter(State::kReading);
  const int status = co_await read_until(RequestReader::Event::kRequest);
  co_return status == 0;
}

Task<void> Connection::refuse(int status) {
  refused_ = true;
  timed_out_ = false;
  request_ = {};
  const Response refusal = error_response(status, format_uuid(make_uuid_v7()));
  co_await send(refusal, false);
}

Task<bool> Connection::serve_request() {
  set_request();
  chunked_ = reader_.head().version >= 11;
  std::optional<Response> refusal;
  std::exception_ptr failure;
  try {
    refusal = co_await judge_head();
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) refusal = failure_response(failure);
  const bool arrived = reader_.has_whole_body();
  if (refusal && !arrived) {
    Response response = std::move(*refusal);
    co_return co_await refuse_early(std::move(response));
  }
  const int status = co_await read_body();
  if (status > 0) co_await refuse(status);
  if (status != 0) co_return false;
  request_.body = reader_.body();
  enter(State::kHandling);
  Response response;
  if (refusal) {
    response = std::move(*refusal);
  } else {
    response = co_await handle();
  }
  end_watch();
  if (streaming_) {
    streaming_ = false;
    if (!gone_ && chunked_) co_await send_all("0\r\n\r\n");
    error_code ignored;
    socket_.cancel(ignored);  // ends the watcher: two readers of one socket would miss the end
    co_return false;          // the watcher may have read ahead
  }
  request_.body = {};
  reader_.drop_read_body();
  const bool keep_alive = reader_.head().keep_alive && !thread_.shared.stopping;
  const bool sent = co_await send(response, keep_alive);
  co_return sent&& keep_alive;
}

// A rejected request may leave unread bytes. Closing with unread bytes would reset the connection before the
// client has read the rejection. They are read and dropped, limited in bytes and by the write deadline.
Task<void> Connection::drain() {
  enter(State::kWriting);
  std::array<char, 4096> bytes;
  std::size_t left = thread_.shared.options.limits.max_body_bytes + kMaxDrainedBytes;
  for (;;) {
    error_code ec;
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(bytes), asio::redirect_error(kAwait, ec));
    if (ec || count == 0 || count >= left) co_return;
    left -= count;
  }
}

Task<void> Connection::run(std::shared_ptr<Connection> self) {
  Connection& me = *self;
  while (!me.gone_) {
    const int status = co_await me.read_until(RequestReader::Event::kHead);
    if (status > 0) co_await me.refuse(status);
    if (status != 0) break;
    const bool goes_on = co_await me.serve_request();
    if (!goes_on) break;
    me.reader_.next_request();
    me.share_.reset();
    me.route_fields_.clear();
    const bool has_more = !me.reader_.is_idle();
    me.enter(has_more ? State::kReading : State::kIdle);
    // Pipelined requests let the other connections of the thread go first.
    if (has_more) co_await asio::post(me.executor(), kAwait);
  }
  error_code ignored;
  me.socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (me.refused_ && !me.timed_out_) co_await me.drain();
  me.socket_.close(ignored);
}

Response Connection::failure_response(std::exception_ptr failure) {
  const std::string id = request_.request_id.empty() ? format_uuid(make_uuid_v7()) : request_.request_id;
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    spdlog::error("{} {}: out of memory (request {})", request_.method, request_.path, id);
    return error_response(503, id);
  } catch (const std::exception& error) {
    spdlog::error("{} {}: {} (request {})", request_.method, request_.path, error.what(), id);
  } catch (...) {
    spdlog::error("{} {}: an unknown exception (request {})", request_.method, request_.path, id);
  }
  return error_response(500, id);
}

Task<Response> Connection::handle() {
  const Limits& limits = thread_.shared.options.limits;
  const Route& route = *match_.route;
  std::exception_ptr failure;
  try {
    if (route.handler && request_.body.size() > limits.large_body_bytes)
      co_return co_await handle_large(route.handler);
    if (route.handler) co_return co_await route.handler(*this);
    std::function<Response()> work = [this, &route] { return route.blocking(request_); };
    co_return co_await run_on_worker(std::move(work));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return failure_response(failure);
}

Task<Response> Connection::run_on_worker(std::function<Response()> work) {
  const Shared& shared = thread_.shared;
  if (request_.request_id.empty()) request_.request_id = format_uuid(make_uuid_v7());
  FairPool& pool = shared.pool(match_.route->options.workers);
  const auto job = [&work]() -> Result<Response> { return work(); };
  auto done = co_await offload(pool, shared.holder_of(request_), job);
  if (done) co_return std::move(*done);
  co_return refusal_response(done.error(), request_.request_id);
}

Task<Response> Connection::handle_large(const Handler& handler) {
  const Shared& shared = thread_.shared;
  const std::size_t which = std::hash<std::string>()(shared.holder_of(request_));
  const Executor there = shared.large_threads[which % shared.large_threads.size()];
  RelayedExchange relayed(*this, there);
  auto response = co_await asio::co_spawn(there, handler(relayed), kAwait);
  co_return response;
}

Task<bool> Connection::send(const Response& response, bool keep_alive) {
  if (!sound_headers(response)) {
    spdlog::error("{} {}: a response header with a line break was not sent", request_.method, request_.path);
    const Response failed = error_response(500, "");
    co_return co_await send(failed, keep_alive);
  }
  const std::string_view body = response.bytes();
  out_.clear();
  out_ += "HTTP/1.1 ";
  out_ += std::to_string(response.status);
  out_ += ' ';
  out_ += reason_phrase(response.status);
  out_ += "\r\nDate: ";
  out_ += thread_.date();
  out_ += "\r\n";
  out_ += thread_.shared.fixed_headers;
  for (const auto& [name, value] : response.headers)
    out_.append(name).append(": ").append(value).append("\r\n");
  out_ += route_fields_;
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) {
    if (!body.empty()) out_.append("Content-Type: ").append(response.content_type).append("\r\n");
    out_.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  out_ += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  if (bodiless || request_.method == "HEAD") co_return co_await send_all(out_);
  if (body.size() > kOneWriteBytes) co_return co_await send_all(out_, body);
  out_ += body;
  co_return co_await send_all(out_);
}

Task<bool> Connection::send_all(std::string_view bytes, std::string_view more) {
  std::array<asio::const_buffer, 2> buffers{asio::buffer(bytes.data(), bytes.size()),
                                            asio::buffer(more.data(), more.size())};
  error_code ec;
  // The socket almost always accepts all bytes at once, without a trip through the reactor.
  std::size_t sent = socket_.write_some(buffers, ec);
  if (sent == bytes.size() + more.size()) co_return true;
  if (ec && ec != asio::error::would_block && ec != asio::error::try_again) co_return false;
  ec = {};
  const State before = state_;
  enter(State::kWriting);
  const std::size_t first = std::min(sent, bytes.size());
  buffers[0] += first;
  buffers[1] += sent - first;
  co_await asio::async_write(socket_, buffers, asio::redirect_error(kAwait, ec));
  if (!ec) enter(before);
  co_return !ec;
}

Task<StreamWriter*> Connection::start_stream(std::string content_type) {
  const auto on_disconnect = on_disconnect_;
  end_watch();  // from now on the watcher of the stream reads
  on_disconnect_ = on_disconnect;
  streaming_ = true;
  out_.clear();
  out_.append("HTTP/1.1 200 OK\r\nDate: ")
      .append(thread_.date())
      .append("\r\n")
      .append(thread_.shared.fixed_headers)
      .append(route_fields_);
  out_.append("Content-Type: ")
      .append(content_type)
      .append("\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n");
  if (chunked_) out_ += "Transfer-Encoding: chunked\r\n";
  out_ += "Connection: close\r\n\r\n";
  if (!co_await send_all(out_)) disconnected();
  asio::co_spawn(
      executor(), [self = shared_from_this()]() { return self->watch_for_disconnect(); }, asio::detached);
  co_return this;
}

Task<bool> Connection::write(std::string chunk) {
  if (gone_) co_return false;
  if (chunk.empty()) co_return true;
  std::string framed;
  if (chunked_) {
    char size[20];
    const int length = std::snprintf(size, sizeof size, "%zx\r\n", chunk.size());
    framed.append(size, std::size_t(length)).append(chunk).append("\r\n");
  } else {
    framed = std::move(chunk);
  }
  if (!co_await send_all(framed)) disconnected();
  co_return !gone_;
}

void Connection::watch(std::function<void()> on_disconnect) {
  on_disconnect_ = std::move(on_disconnect);
  if (gone_) disconnected();
  if (gone_ || streaming_ || std::exchange(watching_, true)) return;
  asio::co_spawn(
      executor(), [self = shared_from_this(), mine = ++watch_]() { return self->peek_for_disconnect(mine); },
      asio::detached);
}

void Connection::end_watch() {
  on_disconnect_ = nullptr;
  if (!std::exchange(watching_, false)) return;
  ++watch_;
  error_code ignored;
  socket_.cancel(ignored);
}

// Consumes nothing from the socket: bytes that the client sends meanwhile are its next request.
Task<void> Connection::peek_for_disconnect(unsigned mine) {
  for (;;) {
    error_code ec;
    co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(kAwait, ec));
    if (mine != watch_) co_return;
    if (ec == asio::error::operation_aborted) continue;  // meant for a slow write, which sees the timeout
    if (ec) co_return disconnected();
    char next = 0;
    const auto count = recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
    if (count <= 0) disconnected();
    co_return;
  }
}

void Connection::disconnected() {
  gone_ = true;
  if (auto callback = std::exchange(on_disconnect_, nullptr)) callback();
}

// A client that sends more during its stream has not disconnected. Its bytes are dropped, because the
// connection ends with the stream.
Task<void> Connection::watch_for_disconnect() {
  std::array<char, 512> ignored_bytes;
  while (streaming_ && !gone_) {
    error_code ec;
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(ignored_bytes), asio::redirect_error(kAwait, ec));
    if (ec == asio::error::operation_aborted && streaming_ && !timed_out_) continue;
    if (ec || count == 0) {
      if (streaming_) disconnected();
      co_return;
    }
  }
}

}  // namespace wick::http
