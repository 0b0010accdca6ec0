// HTTP messages as handlers see them: a request that borrows from the connection's buffer, a response that
// owns.
//
// No Boost.Beast in here: this header is included by every room that answers requests.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wick::http {

namespace asio = boost::asio;

// Coroutines of the io threads use the concrete executor: no type erasure on the hot path.
using Executor = asio::io_context::executor_type;
template <typename T = void>
using Task = asio::awaitable<T, Executor>;
// The completion token of what a Task waits for.
inline constexpr asio::use_awaitable_t<Executor> kAwait{};

struct Field {
  std::string_view name;  // as sent; compare without case
  std::string_view value;
};

// Valid until the handler's response has been written.
struct Request {
  std::string_view method;
  std::string_view path;   // undecoded, without the query; begins with "/"
  std::string_view query;  // undecoded, without "?"
  std::string_view body;
  const std::vector<Field>* fields = nullptr;
  std::string_view remote_address;  // the client's, see client_address.h
  std::string request_id;

  // The first field of that name, ignoring case; nullopt when absent.
  std::optional<std::string_view> header(std::string_view name) const;
  // How often the field appears: a security field sent twice is refused by those who read it.
  std::size_t header_count(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
  // Percent-decoded; nullopt when absent.
  std::optional<std::string> query_value(std::string_view name) const;
  // Captures of the route's {name} segments, decoded, in order.
  std::vector<std::pair<std::string, std::string>> captures;
  std::string_view capture(std::string_view name) const;
};

const char* reason_phrase(int status);

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  // A body shared between responses (cached lists, static files); used instead of `body` when set.
  std::shared_ptr<const std::string> shared_body;

  std::string_view bytes() const {
    return shared_body ? std::string_view(*shared_body) : std::string_view(body);
  }
};

// A streaming response (text/event-stream). The server makes one when a handler asks Exchange::start_stream.
// All of it on the connection's io thread.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // Writes; false when the peer has gone or the stream was ended. Waits while the peer is slow
  // (backpressure).
  virtual Task<bool> write(std::string chunk) = 0;
};

// One request and the way to answer it.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  virtual Executor executor() = 0;
  // Begins a chunked 200 with this content type; the handler's returned Response is then
  // ignored and the stream ends when the handler returns.
  virtual Task<StreamWriter*> start_stream(std::string content_type) = 0;
  // Calls back once, on the io thread, when the peer disconnects before the handler is done; at once when it
  // has gone. Outside a stream, a peer that has sent its next request already is not watched.
  virtual void watch(std::function<void()> on_disconnect) = 0;
};

using Handler = std::function<Task<Response>(Exchange&)>;         // on an io thread: must not block
using BlockingHandler = std::function<Response(const Request&)>;  // on a worker thread: may use the database

}  // namespace wick::http
