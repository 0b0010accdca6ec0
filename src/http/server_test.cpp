// Requests to the server from outside: raw bytes through a socket.
#include "http/server_fixture.h"

namespace wick::http {
namespace {

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
  RawClient client(server->port());
  client.send("GET /splits HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string refused = client.read_until("}}");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 500 ")) << refused;
  EXPECT_EQ(refused.find("planted"), std::string::npos);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_NE(client.read_until("[hi]").find("HTTP/1.1 200 "), std::string::npos);
}

TEST_F(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  start();
  RawClient client(server->port());
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
  RawClient slow(server->port());
  for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"))
    slow.send({&c, 1});
  EXPECT_NE(slow.read_until("]").find("[abc]"), std::string::npos);
  RawClient large(server->port());
  const std::string body(300'000, 'z');
  large.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body +
             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n!");
  EXPECT_NE(large.read_until("]").find("[" + body + "]"), std::string::npos);
  EXPECT_NE(large.read_until("]").find("[!]"), std::string::npos);
}

TEST_F(HttpServer, ABodyThatArrivesInOnePieceAfterItsHeaderIsWhole) {
  start();
  for (const std::size_t size : {3U, 100U, 60'000U}) {
    RawClient client(server->port());
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
    RawClient client(server->port());
    client.send(post_head("/guarded", length));
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 401 ")) << length;
  }
  RawClient unknown(server->port());
  unknown.send(post_head("/nowhere", 1000));
  EXPECT_TRUE(unknown.read_until("}}").starts_with("HTTP/1.1 404 "));
}

TEST_F(HttpServer, TheConnectionGoesOnAfterAnEarlyRefusalWhenTheBodyIsSmall) {
  start();
  RawClient client(server->port());
  client.send(post_head("/guarded", 60'000));
  EXPECT_EQ(client.read_until("\r\n\r\n").find("Connection: close"), std::string::npos);
  client.send(std::string(60'000, 'x') + post_head("/echo", 2) + "hi");
  EXPECT_TRUE(client.read_until("]").ends_with("[hi]"));
  RawClient large(server->port());
  large.send(post_head("/guarded", 100'000));
  EXPECT_NE(large.read_to_end().find("Connection: close"), std::string::npos);
  RawClient expecting(server->port());
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
  RawClient held(server->port());
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
  RawClient first(server->port());
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
  RawClient client(server->port());
  const auto where = [&](std::size_t bytes) {
    client.send(with_body("POST /where", bytes));
    return client.read_until(">");
  };
  const auto thread_in = [](const std::string& answer) { return answer.substr(answer.find('<')); };
  const std::string small = thread_in(where(1000)), large = thread_in(where(1001));
  EXPECT_NE(small, large);
  EXPECT_EQ(thread_in(where(1000)), small);
  EXPECT_EQ(thread_in(where(2000)), large);
  RawClient other(server->port());
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
    RawClient client(server->port());
    client.send(with_body("POST /stream?endless", 2000));
    client.read_until("data: one");
  }
  gone.get_future().wait();
}

TEST_F(HttpServer, WithoutMemoryForARequestTheAnswerIs503AndTheServerLivesOn) {
  start();
  EXPECT_TRUE(ask("GET /no-memory HTTP/1.1\r\n" + std::string(kClose) + "\r\n").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(
      ask("POST /echo HTTP/1.1\r\n" + std::string(kClose) + "Content-Length: 1\r\n\r\n1").ends_with("[1]"));
}

}  // namespace
}  // namespace wick::http
