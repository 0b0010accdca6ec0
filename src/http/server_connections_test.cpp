// Connections of the server from outside: listening, limits, streams and shutdown.
#include "http/server_fixture.h"

namespace wick::http {
namespace {

TEST(ListeningSocket, HoldsItsPortBeforeAServerAccepts) {
  auto socket = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(socket) << socket.error().message;
  const std::uint16_t port = socket->port();
  ASSERT_NE(port, 0);
  const auto second = ListeningSocket::open("127.0.0.1", port);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos);

  RawClient early(port);
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

TEST_F(HttpServer, AnIdleConnectionIsClosedWithoutAWord) {
  Limits limits;
  limits.idle_timeout_seconds = 1;
  start(limits);
  EXPECT_EQ(ask(""), "");
}

TEST_F(HttpServer, MoreConnectionsThanTheLimitAre503) {
  Limits limits;
  limits.max_connections = 1;
  start(limits);
  RawClient first(server->port());
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
  std::list<RawClient> clients;
  // Two connections are few: the one before may have its response while the server has not called it idle yet,
  // and one without a request may be let in late and find only this one to give way. Then it tries again.
  const auto echo = [&] {
    std::string answer;
    for (int i = 0; i < 1000 && !answer.ends_with("[1]"); ++i) {
      RawClient& client = clients.emplace_back(server->port());
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
  RawClient first(server->port());
  first.send("GET /wait HTTP/1.1\r\n" + std::string(kClose) + "\r\n");
  entered.get_future().wait();
  EXPECT_TRUE(ask("").starts_with("HTTP/1.1 503 "));
  release.set_value();
  first.read_to_end();
}

TEST_F(HttpServer, AStreamIsChunkedAndItsHandlerLearnsThatThePeerHasGone) {
  start();
  EXPECT_TRUE(
      ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").ends_with("\r\n\r\nb\r\ndata: one\n\n\r\n0\r\n\r\n"));
  gone = {};
  RawClient client(server->port());
  client.send("GET /stream?endless HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_until("one");
  client.end();
  EXPECT_EQ(gone.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(HttpServer, StoppingLetsTheRequestInProgressFinish) {
  start();
  RawClient client(server->port());
  client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  entered.get_future().wait();
  const std::uint16_t port = server->port();
  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  while (RawClient(port).connected()) std::this_thread::yield();  // until it accepts nobody any more
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
