#include "http/connection.h"

#include <sys/socket.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include "base/id.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"

namespace wick::http {
namespace {

using Clock = std::chrono::steady_clock;
using error_code = boost::system::error_code;
namespace beast_http = boost::beast::http;

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kSpillBytes = 64 * 1024;
// A body up to this size is copied behind its header so that one write sends both.
constexpr std::size_t kOneWriteBytes = 64 * 1024;

int status_of(const error_code& ec) {
  if (ec == beast_http::error::header_limit || ec == beast_http::error::buffer_overflow) return 431;
  if (ec == beast_http::error::body_limit) return 413;
  return 400;
}

const char* error_name(int status) {
  switch (status) {
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "timeout";
    case 413:
      return "too_large";
    case 431:
      return "too_large";
    case 500:
      return "internal";
    case 503:
      return "unavailable";
    default:
      return "invalid_argument";
  }
}

const char* error_text(int status) {
  switch (status) {
    case 404:
      return "There is nothing at this address.";
    case 405:
      return "This address does not answer this method: see the Allow header.";
    case 408:
      return "The request took too long to arrive.";
    case 413:
      return "The request body is larger than this server accepts: see limits.max_body_bytes.";
    case 431:
      return "The request header is larger than this server accepts.";
    case 500:
      return "The server failed on this request: its log names the cause under this request id.";
    case 503:
      return "The server is busy: try again in a moment.";
    default:
      return "This is not a valid HTTP request.";
  }
}

}  // namespace

// A value with a line break would begin another header, or the body (response splitting).
bool sound_headers(const Response& response) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  const auto sound = [&](const std::string& text) {
    return text.find_first_of(kBreaks) == std::string::npos;
  };
  return sound(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return sound(header.first) && sound(header.second); });
}

Response error_response(int status, std::string_view request_id) {
  Response response;
  response.status = status;
  response.body = std::string(R"({"error":{"code":")") + error_name(status) + R"(","message":")" +
                  error_text(status) + R"(","request_id":")" + std::string(request_id) + "\"}}";
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Connection::Connection(ThreadState& thread, Socket socket, std::string remote_address)
    : thread_(thread),
      socket_(std::move(socket)),
      remote_address_(std::move(remote_address), thread.shared.options.trusted_proxies) {
  enter(State::kIdle);
  thread_.add(*this);
}

Connection::~Connection() {
  thread_.remove(*this);
}

void Connection::enter(State state) {
  const Limits& limits = thread_.shared.options.limits;
  state_ = state;
  const int seconds = state == State::kIdle      ? limits.idle_timeout_seconds
                      : state == State::kReading ? limits.request_timeout_seconds
                      : state == State::kWriting ? limits.write_timeout_seconds
                                                 : 0;
  deadline_ = seconds == 0 ? Clock::time_point::max() : Clock::now() + std::chrono::seconds(seconds);
}

void Connection::on_sweep(Clock::time_point now) {
  if (now < deadline_ || timed_out_) return;
  timed_out_ = true;
  error_code ignored;
  // The coroutine that waits sees operation_aborted and finds out why.
  socket_.cancel(ignored);
}

void Connection::on_stop() {
  error_code ignored;
  if (streaming_) disconnected();
  if (state_ == State::kIdle) socket_.cancel(ignored);
}

Task<bool> Connection::read_some(std::size_t& filled) {
  if (filled == buffer_.size()) {
    const std::size_t most = thread_.shared.options.limits.max_header_bytes + kFirstBuffer;
    if (buffer_.size() >= most) co_return true;  // the parser refuses what is in it
    buffer_.resize(buffer_.empty() ? kFirstBuffer : std::min(most, buffer_.size() * 2));
  }
  error_code ec;
  const std::size_t count = co_await socket_.async_read_some(
      asio::buffer(buffer_.data() + filled, buffer_.size() - filled), asio::redirect_error(kAwait, ec));
  filled += count;
  co_return !ec && count > 0;
}

Task<int> Connection::read_request(RequestParser& parser) {
  error_code ec;
  for (;;) {
    if (filled_ > 0) {
      if (state_ == State::kIdle) enter(State::kReading);
      consumed_ = parser.feed({buffer_.data(), filled_}, ec);
      if (!ec) break;
      if (ec != beast_http::error::need_more) co_return status_of(ec);
      if (filled_ > thread_.shared.options.limits.max_header_bytes) co_return 431;
      ec = {};
    }
    if (thread_.shared.stopping && filled_ == 0) co_return -1;
    if (!co_await read_some(filled_)) co_return timed_out_&& state_ == State::kReading ? 408 : -1;
  }
  if (!parser.is_done()) co_return co_await read_body(parser);
  co_return 0;
}

// The header stays where it is, for the views into it; the rest of the body goes through spill_.
Task<int> Connection::read_body(RequestParser& parser) {
  if (parser.expects_continue() && !co_await send_all("HTTP/1.1 100 Continue\r\n\r\n")) co_return -1;
  enter(State::kReading);
  parser.stop_borrowing();
  std::string pending(buffer_.data() + consumed_, filled_ - consumed_);
  filled_ = consumed_;
  spill_.resize(kSpillBytes);
  error_code ec;
  for (;;) {
    while (!pending.empty() && !parser.is_done()) {
      const std::size_t used = parser.feed(pending, ec);
      pending.erase(0, used);
      if (ec == beast_http::error::need_more) break;
      if (ec) co_return status_of(ec);
    }
    if (parser.is_done()) break;
    if (pending.size() > thread_.shared.options.limits.max_header_bytes)
      co_return 431;  // an endless chunk header
    ec = {};
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(spill_), asio::redirect_error(kAwait, ec));
    if (ec || count == 0) co_return timed_out_ ? 408 : -1;
    pending.append(spill_.data(), count);
  }
  spill_.assign(pending.begin(), pending.end());  // what the client pipelined behind the body
  co_return 0;
}

bool Connection::set_request(const RequestParser& parser) {
  std::string_view target = parser.target();
  if (target.starts_with("http://") || target.starts_with("https://")) {  // RFC 9112 §3.2.2
    const auto slash = target.find('/', target.find("//") + 2);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  if (!target.starts_with('/') && !(target == "*" && parser.method() == "OPTIONS")) return false;
  const auto mark = target.find('?');
  request_.method = parser.method();
  request_.path = target.substr(0, mark);
  request_.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  request_.body = parser.body();
  request_.fields = &fields_;
  request_.remote_address = remote_address_.of(fields_);
  request_.captures.clear();
  request_.request_id.clear();
  return parser.host_is_sound();
}

Task<void> Connection::run(std::shared_ptr<Connection> self) {
  Connection& me = *self;
  const Limits& limits = me.thread_.shared.options.limits;
  bool refused = false;
  for (bool keep_alive = true; keep_alive && !me.gone_;) {
    RequestParser parser(me.fields_, limits);
    me.consumed_ = 0;
    int status = co_await me.read_request(parser);
    if (status < 0) break;
    if (status == 0 && !me.set_request(parser)) status = 400;
    if (status != 0) {
      refused = true;
      me.timed_out_ = false;
      me.request_.method = {};
      co_await me.send(error_response(status, format_uuid(make_uuid_v7())), false);
      break;
    }
    me.enter(State::kHandling);
    me.chunked_ = parser.version() >= 11;
    const Response response = co_await me.handle();
    me.end_watch();
    keep_alive = parser.keep_alive() && !me.thread_.shared.stopping;
    if (me.streaming_) {
      me.streaming_ = false;
      if (me.gone_ || !me.chunked_ || !co_await me.send_all("0\r\n\r\n")) break;
      keep_alive = false;  // the watcher may have read ahead
      error_code ignored;
      me.socket_.cancel(ignored);  // ends the watcher: two readers of one socket would miss the end
    } else if (!co_await me.send(response, keep_alive)) {
      break;
    }
    // What followed this request becomes the beginning of the next.
    if (!me.spill_.empty()) {
      me.buffer_.resize(std::max(me.buffer_.size(), me.spill_.size()));
      std::copy(me.spill_.begin(), me.spill_.end(), me.buffer_.begin());
      me.filled_ = me.spill_.size();
      me.spill_ = {};
    } else {
      std::copy(me.buffer_.begin() + std::ptrdiff_t(me.consumed_),
                me.buffer_.begin() + std::ptrdiff_t(me.filled_), me.buffer_.begin());
      me.filled_ -= me.consumed_;
    }
    if (me.filled_ == 0 && me.buffer_.size() > kFirstBuffer) me.buffer_ = {};
    me.enter(State::kIdle);
  }
  error_code ignored;
  me.socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  // A refused request may leave unread bytes; closing over them would reset the connection before the client
  // has read the refusal. A little of them is read away, bounded in bytes and by the write deadline.
  if (refused && !me.timed_out_) {
    me.enter(State::kWriting);
    std::array<char, 4096> drain;
    for (int i = 0; i < 64; ++i) {
      error_code ec;
      if (co_await me.socket_.async_read_some(asio::buffer(drain), asio::redirect_error(kAwait, ec)) == 0 ||
          ec)
        break;
    }
  }
  me.socket_.close(ignored);
}

Task<Response> Connection::handle() {
  Shared& shared = thread_.shared;
  std::exception_ptr failure;
  try {
    const Router::Match match = shared.router.find(request_.method, request_.path, request_.captures);
    if (match.route == nullptr) {
      Response refused = error_response(match.allow.empty() ? 404 : 405, format_uuid(make_uuid_v7()));
      if (!match.allow.empty()) refused.headers.emplace_back("Allow", match.allow);
      co_return refused;
    }
    if (match.route->handler) co_return co_await match.route->handler(*this);
    co_return co_await handle_on_worker(match.route->blocking);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::string id = request_.request_id.empty() ? format_uuid(make_uuid_v7()) : request_.request_id;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("{} {}: {} (request {})", request_.method, request_.path, error.what(), id);
  } catch (...) {
    spdlog::error("{} {}: an unknown exception (request {})", request_.method, request_.path, id);
  }
  co_return error_response(500, id);
}

Task<Response> Connection::handle_on_worker(const BlockingHandler& handler) {
  Shared& shared = thread_.shared;
  if (request_.request_id.empty()) request_.request_id = format_uuid(make_uuid_v7());
  if (shared.queued_blocking.fetch_add(1) >= shared.options.limits.max_queued_blocking_requests) {
    --shared.queued_blocking;
    co_return error_response(503, request_.request_id);
  }
  // Counted down by the worker, also when the handler throws.
  const auto work = [this, &shared, &handler] {
    struct Done {
      std::atomic<std::size_t>& count;
      ~Done() { --count; }
    } done{shared.queued_blocking};
    return handler(request_);
  };
  co_return co_await offload(*shared.workers, work);
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
  // Almost always the socket takes all of it at once, and no trip through the reactor is needed.
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
  end_watch();  // from here on the stream's own watcher reads
  on_disconnect_ = on_disconnect;
  streaming_ = true;
  out_.clear();
  out_.append("HTTP/1.1 200 OK\r\nDate: ")
      .append(thread_.date())
      .append("\r\n")
      .append(thread_.shared.fixed_headers);
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

// Takes nothing from the socket: what the client sends meanwhile is its next request.
Task<void> Connection::peek_for_disconnect(unsigned mine) {
  for (;;) {
    error_code ec;
    co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(kAwait, ec));
    if (mine != watch_) co_return;
    if (ec == asio::error::operation_aborted)
      continue;  // meant for a write that took too long, which sees it
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

// A client that sends more while its stream runs is not gone: its bytes are dropped, because the connection
// ends with the stream.
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
