// HTTP messages for handlers: a request that borrows from the connection's buffer, and a response that owns its
// data.
//
// This header includes no Boost.Beast, because every module that answers requests includes it.
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

// Coroutines of the io threads use the concrete executor, which avoids type erasure on the hot path.
using Executor = asio::io_context::executor_type;
template <typename T = void>
using Task = asio::awaitable<T, Executor>;
// The completion token for operations that a Task awaits.
inline constexpr asio::use_awaitable_t<Executor> kAwait{};

struct Field {
  std::string_view name;  // as sent; compare case-insensitively
  std::string_view value;
};

// Valid until the handler's response has been written.
struct Request {
  std::string_view method;
  std::string_view path;   // undecoded, without the query; begins with "/"
  std::string_view query;  // undecoded, without "?"
  std::string_view body;
  const std::vector<Field>* fields = nullptr;
  std::string_view remote_address;  // of the client, see client_address.h
  std::string request_id;

  // The first field of that name, ignoring case; nullopt when absent.
  std::optional<std::string_view> header(std::string_view name) const;
  // The number of fields with this name. Code that reads a security-relevant field rejects more than one.
  std::size_t header_count(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
  // Percent-decoded; nullopt when absent.
  std::optional<std::string> query_value(std::string_view name) const;
  // The decoded captures of the {name} segments of the route, in order.
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

// A streaming response (text/event-stream), created by Exchange::start_stream(). Use only on the io thread of
// the connection.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // Writes a chunk and waits while the peer is slow (backpressure). False if the peer has disconnected or the
  // stream has ended.
  virtual Task<bool> write(std::string chunk) = 0;
};

// One request and its response.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  virtual Executor executor() = 0;
  // Begins a chunked response with status 200 and this content type. The Response that the handler returns is
  // then ignored, and the stream ends when the handler returns.
  virtual Task<StreamWriter*> start_stream(std::string content_type) = 0;
  // Calls back once, on the io thread, when the peer disconnects before the handler is done; immediately if the
  // peer has already disconnected. Outside of a stream, a peer that has already sent its next request is not
  // watched.
  virtual void watch(std::function<void()> on_disconnect) = 0;
};

using Handler = std::function<Task<Response>(Exchange&)>;         // on an io thread: must not block
using BlockingHandler = std::function<Response(const Request&)>;  // on a worker thread: may use the database

}  // namespace wick::http
