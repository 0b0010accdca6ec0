// HttpServer: a running server and raw clients, for tests.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <list>
#include <thread>

#include "http/server.h"

namespace wick::http {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  bool connected() const { return connected_; }
  ~RawClient() { end(); }
  void end() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  void send(std::string_view bytes) { (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Reads until `mark` appears or the server closes.
  std::string read_until(std::string_view mark) {
    while (text_.find(mark) == std::string::npos) {
      pollfd waiting{fd_, POLLIN, 0};
      if (poll(&waiting, 1, 10'000) != 1) return text_ + "(nothing came)";
      char chunk[4096];
      const ssize_t count = recv(fd_, chunk, sizeof chunk, 0);
      if (count <= 0) return std::exchange(text_, {});
      text_.append(chunk, std::size_t(count));
    }
    const auto end = text_.find(mark) + mark.size();
    std::string out = text_.substr(0, end);
    text_.erase(0, end);
    return out;
  }
  std::string read_to_end() { return read_until("\x01never"); }

 private:
  int fd_;
  bool connected_ = false;
  std::string text_;
};

class HttpServer : public testing::Test {
 protected:
  void start(Limits limits = {}) {
    ServerOptions options;
    options.holder = [](const Request& request) {
      return std::string(request.header("x-holder").value_or(request.remote_address));
    };
    options.port = 0;
    options.threads = 2;
    options.limits = limits;
    options.headers = {{"X-Content-Type-Options", "nosniff"}};
    server = std::make_unique<Server>(options);
    server->route("POST", "/echo",
                  [](Exchange& exchange) -> Task<Response> {
                    Response response;
                    response.content_type = "text/plain";
                    response.body = "[" + std::string(exchange.request().body) + "]";
                    co_return response;
                  },
                  {.takes_large_bodies = true});
    add_guarded_routes();
    server->route("POST", "/public", [](Exchange&) -> Task<Response> { co_return Response{}; });
    server->route("GET", "/splits", [](Exchange&) -> Task<Response> {
      Response response;
      response.headers.emplace_back("Location", "/x\r\nSet-Cookie: planted=1");
      co_return response;
    });
    server->route_blocking("GET", "/things/{id}/parts/{part}", [](const Request& request) {
      Response response;
      response.body = std::string(request.capture("id")) + "+" + std::string(request.capture("part")) + "+" +
                      request.query_value("q").value_or("none") + "+" +
                      std::string(request.cookie("b").value_or(""));
      return response;
    });
    server->route_blocking("GET", "/throws",
                           [](const Request&) -> Response { throw std::runtime_error("secret cause"); });
    server->route("GET", "/no-memory", [](Exchange&) -> Task<Response> {
      throw std::bad_alloc();
      co_return Response();
    });
    server->route("POST", "/where", [](Exchange&) -> Task<Response> {
      Response response;
      response.body = "<" + std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + ">";
      co_return response;
    });
    add_stream_routes();
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  // POST /guarded and /hold need the header x-pass, and x-pass: large for a large body. GET /wait and POST /hold
  // answer after `release`.
  void add_guarded_routes() {
    RouteOptions guarded;
    guarded.takes_large_bodies = true;
    guarded.check = [](const Request& request) -> std::optional<Response> {
      if (request.header("x-pass")) return std::nullopt;
      Response refused;
      refused.status = 401;
      return refused;
    };
    guarded.large_body_check = [](const Request& request) -> std::optional<Response> {
      if (*request.header("x-pass") == "large") return std::nullopt;
      Response refused;
      refused.status = 403;
      return refused;
    };
    server->route_blocking(
        "POST", "/guarded",
        [](const Request& request) {
          Response response;
          response.body = "[" + std::to_string(request.body.size()) + "]";
          return response;
        },
        guarded);
    const auto wait = [this](const Request&) {
      entered.set_value();
      release.get_future().wait();
      return Response{};
    };
    server->route_blocking("GET", "/wait", wait);
    server->route_blocking("POST", "/hold", wait, guarded);
  }
  void add_stream_routes() {
    const auto stream = [this](Exchange& exchange) -> Task<Response> {
      StreamWriter* writer = co_await exchange.start_stream("text/event-stream");
      exchange.watch([this] { gone.set_value(); });
      co_await writer->write("data: one\n\n");
      if (exchange.request().query == "endless") {
        while (co_await writer->write(std::string(65536, 'x'))) {
        }
      }
      co_return Response{};
    };
    server->route("GET", "/stream", stream);
    server->route("POST", "/stream", stream);
  }
  std::string ask(std::string_view bytes) {
    RawClient client(server->port());
    client.send(bytes);
    return client.read_to_end();
  }

  std::unique_ptr<Server> server;
  std::promise<void> entered, release, gone;
};

inline constexpr std::string_view kClose = "Host: a\r\nConnection: close\r\n";

}  // namespace wick::http
