// The server from outside: raw bytes through a socket.
#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <list>
#include <thread>

namespace wick::http {
namespace {

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  bool connected() const { return connected_; }
  ~Client() { end(); }
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
    const auto wait = [this](const Request&) {
      entered.set_value();
      release.get_future().wait();
      return Response{};
    };
    server->route_blocking("GET", "/wait", wait);
    server->route_blocking("POST", "/hold", wait, guarded);
    server->route("POST", "/where", [](Exchange&) -> Task<Response> {
      Response response;
      response.body = "<" + std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + ">";
      co_return response;
    });
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
    const auto started = server->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  std::string ask(std::string_view bytes) {
    Client client(server->port());
    client.send(bytes);
    return client.read_to_end();
  }

  std::unique_ptr<Server> server;
  std::promise<void> entered, release, gone;
};

constexpr std::string_view kClose = "Host: a\r\nConnection: close\r\n";

TEST_F(HttpServer, AnswersWithLengthDateAndTheFixedHeaders) {
  start();
  const std::string answer =
      ask("POST /echo HTTP/1.1\r\n" + std::string(kClose) + "Content-Length: 2\r\n\r\nhi");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
  EXPECT_NE(answer.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("Content-Length: 4\r\nConnection: close\r\n\r\n[hi]")) << answer;
}

TEST_F(HttpServer, AHeaderWithALineBreakIsNotSentAndTheConnectionGoesOn) {
  start();
  Client client(server->port());
  client.send("GET /splits HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string refused = client.read_until("}}");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 500 ")) << refused;
  EXPECT_EQ(refused.find("planted"), std::string::npos);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_NE(client.read_until("[hi]").find("HTTP/1.1 200 "), std::string::npos);
}

TEST(ListeningSocket, HoldsItsPortBeforeAServerAccepts) {
  auto socket = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(socket) << socket.error().message;
  const std::uint16_t port = socket->port();
  ASSERT_NE(port, 0);
  const auto second = ListeningSocket::open("127.0.0.1", port);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos);

  Client early(port);
  EXPECT_TRUE(early.connected());
  early.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ServerOptions options;
  options.threads = 2;
  Server server(options);
  ASSERT_TRUE(server.start(std::move(*socket)));
  EXPECT_EQ(server.port(), port);
  EXPECT_TRUE(early.read_to_end().starts_with("HTTP/1.1 404 "));
}

TEST(ListeningSocket, GivesItsPortBackWhenNoServerTookIt) {
  std::uint16_t port = 0;
  {
    auto socket = ListeningSocket::open("127.0.0.1", 0);
    ASSERT_TRUE(socket) << socket.error().message;
    port = socket->port();
  }
  const auto again = ListeningSocket::open("127.0.0.1", port);
  EXPECT_TRUE(again) << again.error().message;
}

TEST(ListeningSocket, RefusesAHostName) {
  const auto socket = ListeningSocket::open("localhost", 0);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  start();
  Client client(server->port());
  std::string all;
  for (int i = 0; i < 50; ++i)
    all += "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
  client.send(all);
  for (int i = 0; i < 50; ++i) {
    EXPECT_NE(client.read_until("]").find("[" + std::to_string(10 + i) + "]"), std::string::npos);
  }
}

TEST_F(HttpServer, ARequestInSingleBytesAndALargeBodyArriveWhole) {
  start();
  Client slow(server->port());
  for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"))
    slow.send({&c, 1});
  EXPECT_NE(slow.read_until("]").find("[abc]"), std::string::npos);
  Client large(server->port());
  const std::string body(300'000, 'z');
  large.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body +
             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n!");
  EXPECT_NE(large.read_until("]").find("[" + body + "]"), std::string::npos);
  EXPECT_NE(large.read_until("]").find("[!]"), std::string::npos);
}

TEST_F(HttpServer, ABodyThatArrivesInOnePieceAfterItsHeaderIsWhole) {
  start();
  for (const std::size_t size : {3U, 100U, 60'000U}) {
    Client client(server->port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " +
                std::to_string(size) + "\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    const std::string body(size, 'b');
    client.send(body);
    EXPECT_TRUE(client.read_until("]").ends_with("[" + body + "]")) << size;
  }
}

TEST_F(HttpServer, ChunkedBodiesAreJoinedAndBounded) {
  Limits limits;
  limits.max_body_bytes = 10;
  start(limits);
  const std::string head =
      "POST /echo HTTP/1.1\r\n" + std::string(kClose) + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(ask(head + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").ends_with("[abc]"));
  EXPECT_TRUE(ask(head + "8\r\nabcdefgh\r\n8\r\nabcdefgh\r\n0\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServer, OversizeMalformedAndSmuggledRequestsGetTheirErrorAndTheServerLivesOn) {
  Limits limits;
  limits.max_body_bytes = 1000;
  limits.max_header_bytes = 2000;
  start(limits);
  const std::string get = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  EXPECT_TRUE(ask(get + "Content-Length: 1001\r\n\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(ask(get + "X: " + std::string(3000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 ")) << "no Host";
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask(get + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask(get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask(get + "Transfer-Encoding: gzip\r\n\r\n").starts_with("HTTP/1.1 501 "));
  EXPECT_TRUE(ask(get + "X: a\r\n folded\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask(get + "Content-Length: -1\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\n.")
                  .ends_with("[.]"));
}

std::string post_head(std::string_view path, std::size_t length, std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST_F(HttpServer, ACheckRefusesBeforeTheBodyHasArrived) {
  start();
  for (const std::size_t length : {1U, 70'000U, 1'000'000U}) {
    Client client(server->port());
    client.send(post_head("/guarded", length));
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 401 ")) << length;
  }
  Client unknown(server->port());
  unknown.send(post_head("/nowhere", 1000));
  EXPECT_TRUE(unknown.read_until("}}").starts_with("HTTP/1.1 404 "));
}

TEST_F(HttpServer, TheConnectionGoesOnAfterAnEarlyRefusalWhenTheBodyIsSmall) {
  start();
  Client client(server->port());
  client.send(post_head("/guarded", 60'000));
  EXPECT_EQ(client.read_until("\r\n\r\n").find("Connection: close"), std::string::npos);
  client.send(std::string(60'000, 'x') + post_head("/echo", 2) + "hi");
  EXPECT_TRUE(client.read_until("]").ends_with("[hi]"));
  Client large(server->port());
  large.send(post_head("/guarded", 100'000));
  EXPECT_NE(large.read_to_end().find("Connection: close"), std::string::npos);
  Client expecting(server->port());
  expecting.send(post_head("/guarded", 10, "Expect: 100-continue\r\n"));
  const std::string answer = expecting.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << "and no 100 (Continue)";
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << "the body may come or not";
}

TEST_F(HttpServer, ALargeBodyIsCheckedOnAWorkerBeforeItIsRead) {
  start();
  const std::string body(100'000, 'x');
  EXPECT_TRUE(ask(post_head("/guarded", 100'000, "X-Pass: small\r\n")).starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(ask(post_head("/guarded", 100'000, "X-Pass: large\r\nConnection: close\r\n") + body)
                  .ends_with("[100000]"));
  EXPECT_TRUE(
      ask(post_head("/guarded", 3, "X-Pass: small\r\nConnection: close\r\n") + "abc").ends_with("[3]"));
  EXPECT_TRUE(ask("POST /guarded HTTP/1.1\r\nHost: a\r\nX-Pass: small\r\nTransfer-Encoding: chunked\r\n\r\n")
                  .starts_with("HTTP/1.1 403 "))
      << "a body of unknown length may be large";
}

TEST_F(HttpServer, ARouteThatDoesNotAskForLargeBodiesTakesSmallOnes) {
  Limits limits;
  limits.max_public_body_bytes = 1000;
  start(limits);
  EXPECT_TRUE(ask(post_head("/public", 1000, "Connection: close\r\n") + std::string(1000, 'x'))
                  .starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(ask(post_head("/public", 1001)).starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(ask("POST /public HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n")
                  .starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServer, ABodyForWhichThereIsNoMemoryLeftIs503) {
  Limits limits;
  limits.max_body_memory_bytes = 1'000'000;
  start(limits);
  // Few bytes more than the limit: the server reads some away after a refusal, not any number.
  const std::string answer = ask(post_head("/echo", 2'000'000) + std::string(1'100'000, 'x'));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 "));
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(ask(post_head("/echo", 400'000, "Connection: close\r\n") + std::string(400'000, 'x'))
                    .starts_with("HTTP/1.1 200 "))
        << "the memory comes back";
}

TEST_F(HttpServer, OneHolderHasAShareOfTheMemoryForBodies) {
  Limits limits;
  limits.max_body_bytes = 1'000'000;
  limits.max_body_memory_bytes = 16'000'000;  // 2,000,000 for each holder
  start(limits);
  const std::string body(1'000'000, 'x');
  const auto request = [&](std::string_view path, std::string_view holder) {
    return post_head(path, 1'000'000,
                     "X-Pass: large\r\nConnection: close\r\nX-Holder: " + std::string(holder) + "\r\n") +
           body;
  };
  Client held(server->port());
  held.send(request("/hold", "ann"));
  entered.get_future().wait();
  const std::string answer = ask(request("/guarded", "ann"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 "));
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  EXPECT_TRUE(ask(request("/guarded", "bob")).ends_with("[1000000]"));
  release.set_value();
  held.read_to_end();
  EXPECT_TRUE(ask(request("/guarded", "ann")).ends_with("[1000000]")) << "the share comes back";
}

TEST_F(HttpServer, ASlowSenderIsCutOffWith408) {
  Limits limits;
  limits.request_timeout_seconds = 1;
  start(limits);
  EXPECT_TRUE(ask("POST /echo HTTP/1.1\r\nHost:").starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc").starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpServer, AnIdleConnectionIsClosedWithoutAWord) {
  Limits limits;
  limits.idle_timeout_seconds = 1;
  start(limits);
  EXPECT_EQ(ask(""), "");
}

TEST_F(HttpServer, RoutesCaptureDecodeAndSayWhatIsAllowed) {
  start();
  EXPECT_TRUE(
      ask("GET /things/a%20b/parts/7?q=x+y HTTP/1.1\r\nCookie: a=1; b=2\r\n" + std::string(kClose) + "\r\n")
          .ends_with("\r\n\r\na b+7+x y+2"));
  const std::string refused = ask("GET /echo HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 "));
  EXPECT_NE(refused.find("Allow: POST\r\n"), std::string::npos);
  EXPECT_TRUE(ask("GET /nowhere HTTP/1.1\r\n" + std::string(kClose) + "\r\n").starts_with("HTTP/1.1 404 "));
}

TEST_F(HttpServer, AnExceptionBecomes500WithoutItsText) {
  start();
  const std::string answer = ask("GET /throws HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(answer.find("secret cause"), std::string::npos);
}

TEST_F(HttpServer, MoreBlockingRequestsThanAnAddressMayHaveAre429) {
  Limits limits;
  limits.max_blocking_requests_per_holder = 1;
  start(limits);
  Client first(server->port());
  first.send("GET /wait HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  entered.get_future().wait();
  const std::string refused = ask("GET /throws HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 429 ")) << refused;
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(refused.find("limits.queued_requests_per_user"), std::string::npos);
  release.set_value();
  EXPECT_TRUE(first.read_to_end().starts_with("HTTP/1.1 200 "));
}

std::string with_body(std::string_view line, std::size_t bytes) {
  return std::string(line) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(bytes, 'x');
}

TEST_F(HttpServer, LargeRequestsOfOneHolderAreHandledOnOneThreadWhichServesNoConnections) {
  Limits limits;
  limits.large_body_bytes = 1000;
  start(limits);
  Client client(server->port());
  const auto where = [&](std::size_t bytes) {
    client.send(with_body("POST /where", bytes));
    return client.read_until(">");
  };
  const auto thread_in = [](const std::string& answer) { return answer.substr(answer.find('<')); };
  const std::string small = thread_in(where(1000)), large = thread_in(where(1001));
  EXPECT_NE(small, large);
  EXPECT_EQ(thread_in(where(1000)), small);
  EXPECT_EQ(thread_in(where(2000)), large);
  Client other(server->port());
  other.send(with_body("POST /where", 3000));
  EXPECT_EQ(thread_in(other.read_until(">")), large) << "another connection of the same address";
}

TEST_F(HttpServer, AStreamOfALargeRequestIsChunkedAndItsHandlerLearnsThatThePeerHasGone) {
  Limits limits;
  limits.large_body_bytes = 1000;
  start(limits);
  EXPECT_TRUE(ask(with_body("POST /stream", 2000)).ends_with("\r\n\r\nb\r\ndata: one\n\n\r\n0\r\n\r\n"));
  gone = {};
  {
    Client client(server->port());
    client.send(with_body("POST /stream?endless", 2000));
    client.read_until("data: one");
  }
  gone.get_future().wait();
}

TEST_F(HttpServer, MoreConnectionsThanTheLimitAre503) {
  Limits limits;
  limits.max_connections = 1;
  start(limits);
  Client first(server->port());
  first.send("GET /wait HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  entered.get_future().wait();
  EXPECT_TRUE(ask("").starts_with("HTTP/1.1 503 ")) << "a request in progress does not give way";
  release.set_value();
  first.read_to_end();
}

TEST_F(HttpServer, AnIdleConnectionGivesWayToANewOne) {
  Limits limits;
  limits.max_connections = 2;
  limits.connections_per_address = 2;
  start(limits);
  std::list<Client> clients;
  // Two connections are few: the one before may have its response while the server has not called it idle yet,
  // and one without a request may be let in late and find only this one to give way. Then it tries again.
  const auto echo = [&] {
    std::string answer;
    for (int i = 0; i < 1000 && !answer.ends_with("[1]"); ++i) {
      Client& client = clients.emplace_back(server->port());
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1");
      answer = client.read_until("]");
      EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 503 ") || answer.ends_with("[1]")) << answer;
    }
    return answer;
  };
  for (int i = 0; i < 50; ++i) {
    const std::string answer = echo();
    ASSERT_TRUE(answer.ends_with("[1]")) << i << ": " << answer;
    if (i % 2 == 0) clients.emplace_back(server->port());
  }
  EXPECT_EQ(clients.front().read_to_end(), "") << "it was closed without a word";
}

TEST_F(HttpServer, OneClientGetsItsShareOfTheConnections) {
  Limits limits;
  limits.max_connections = 100;
  limits.connections_per_address = 1;
  start(limits);
  Client first(server->port());
  first.send("GET /wait HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  entered.get_future().wait();
  EXPECT_TRUE(ask("").starts_with("HTTP/1.1 503 "));
  release.set_value();
  first.read_to_end();
}

TEST_F(HttpServer, WithoutMemoryForARequestTheAnswerIs503AndTheServerLivesOn) {
  start();
  EXPECT_TRUE(ask("GET /no-memory HTTP/1.1\r\n" + std::string(kClose) + "\r\n").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(
      ask("POST /echo HTTP/1.1\r\n" + std::string(kClose) + "Content-Length: 1\r\n\r\n1").ends_with("[1]"));
}

TEST_F(HttpServer, AStreamIsChunkedAndItsHandlerLearnsThatThePeerHasGone) {
  start();
  EXPECT_TRUE(
      ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("\r\n\r\nb\r\ndata: one\n\n\r\n0\r\n\r\n"));
  gone = {};
  Client client(server->port());
  client.send("GET /stream?endless HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("one");
  client.end();
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(HttpServer, StoppingLetsTheRequestInProgressFinish) {
  start();
  Client client(server->port());
  client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  const std::uint16_t port = server->port();
  auto stopped = std::async(std::launch::async, [&] { server->stop(10); });
  while (Client(port).connected()) std::this_thread::yield();  // until it accepts nobody any more
  release.set_value();
  EXPECT_NE(client.read_to_end().find("Connection: close\r\n"), std::string::npos);
  stopped.get();
}

TEST_F(HttpServer, ATakenPortIsAnErrorThatNamesIt) {
  start();
  ServerOptions options;
  options.port = server->port();
  Server second(options);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find(std::to_string(server->port())), std::string::npos);
}

}  // namespace
}  // namespace wick::http
