// What the outgoing client refuses to send, against a socket that records bytes.
#include "http/client.h"
#include "http/public_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

#include "http/field.h"

namespace wick::http {
namespace {

// Answers every connection's first request with 200, until it is destroyed.
class Recorder {
 public:
  Recorder() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(fd_, 16);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::thread([this] { serve(); });
  }
  ~Recorder() { stop(); }
  // All bytes that came; nothing comes afterwards.
  std::string stop() {
    if (thread_.joinable()) {
      shutdown(fd_, SHUT_RDWR);
      thread_.join();
      close(fd_);
    }
    return bytes_;
  }
  std::string url;

 private:
  void serve() {
    for (int peer = 0; (peer = accept(fd_, nullptr, nullptr)) >= 0; close(peer)) {
      char buffer[4096];
      std::string head;
      while (head.find("\r\n\r\n") == std::string::npos) {
        const auto count = read(peer, buffer, sizeof buffer);
        if (count <= 0) break;
        head.append(buffer, std::size_t(count));
      }
      bytes_ += head;
      constexpr std::string_view kAnswer =
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
      if (write(peer, kAnswer.data(), kAnswer.size()) < 0) break;
    }
  }
  const int fd_;
  std::thread thread_;
  std::string bytes_;  // of the thread, until it has been joined
};

class ClientTest : public testing::Test {
 protected:
  Result<ClientResponse> send(ClientRequest request) {
    request.allow_private_addresses = true;
    Result<ClientResponse> out = fail(ErrorCode::kInternal, "never answered");
    asio::io_context context{1};
    asio::co_spawn(
        context.get_executor(), [&]() -> Task<> { out = co_await client.send(request); }, asio::detached);
    context.run();
    return out;
  }
  Result<int> start(ClientRequest request) {
    request.allow_private_addresses = true;
    Result<int> out = fail(ErrorCode::kInternal, "never answered");
    asio::io_context context{1};
    asio::co_spawn(
        context.get_executor(),
        [&]() -> Task<> {
          const auto stream = client.start(request);
          auto head = co_await stream->head(std::chrono::seconds(10));
          if (head) {
            out = (*head)->status;
          } else {
            out = fail(head.error());
          }
        },
        asio::detached);
    context.run();
    return out;
  }
  Client client;
};

TEST_F(ClientTest, AHeaderOrMethodThatCouldBeginAnotherRequestIsNotSent) {
  Recorder recorder;
  const std::string nul("a\0b", 3);
  for (const std::string& value : {std::string("abc\r\nX-Injected: 1"), std::string("abc\nX-Injected: 1"),
                                   std::string("abc\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x"),
                                   std::string("a\rb"), nul, std::string("a\x1b[0m"), std::string("a\x7f")}) {
    ClientRequest request;
    request.url = recorder.url;
    request.headers.emplace_back("Authorization", "Bearer " + value);
    EXPECT_EQ(send(request).error().code, ErrorCode::kInvalidArgument) << value;
    EXPECT_EQ(start(request).error().code, ErrorCode::kInvalidArgument) << value;
    EXPECT_EQ(send(request).error().message.find("abc"), std::string::npos) << "the value may be a secret";
  }
  for (const char* name : {"", "X-A\r\nX-B", "X A", "X-A:", "X-\xC3\xA9", "X-A\t"}) {
    ClientRequest request;
    request.url = recorder.url;
    request.headers.emplace_back(name, "1");
    EXPECT_EQ(send(request).error().code, ErrorCode::kInvalidArgument) << name;
    EXPECT_EQ(start(request).error().code, ErrorCode::kInvalidArgument) << name;
  }
  ClientRequest method;
  method.url = recorder.url;
  method.method = "GET / HTTP/1.1\r\nX-Injected: 1\r\nX:";
  EXPECT_EQ(send(method).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(recorder.stop(), "") << "nothing of these requests may arrive";
}

TEST_F(ClientTest, AUrlWithALineBreakIsNotSent) {
  Recorder recorder;
  ClientRequest request;
  request.url = recorder.url + "a HTTP/1.1\r\nX-Injected: 1\r\nX: ";
  EXPECT_EQ(send(request).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(recorder.stop(), "");
}

TEST_F(ClientTest, AHeaderWithTabsAndBytesAboveAsciiIsSentAsItIs) {
  Recorder recorder;
  ClientRequest request;
  request.url = recorder.url;
  request.headers.emplace_back("X-Tag", "a\tb caf\xC3\xA9");
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "ok");
  EXPECT_NE(recorder.stop().find("X-Tag: a\tb caf\xC3\xA9\r\n"), std::string::npos);
}

TEST(AccessToken, IsVisibleAsciiOfALimitedLength) {
  for (const char* token : {"abc", "AAA%2BAA%3D", "123|abc", "a.b-c_d~e+f/g=="})
    EXPECT_TRUE(is_access_token(token));
  for (const char* token : {"", "a b", "a\r\nX: 1", "a\tb", "caf\xC3\xA9"})
    EXPECT_FALSE(is_access_token(token));
  EXPECT_TRUE(is_access_token(std::string(kMaxAccessTokenBytes, 'a')));
  EXPECT_FALSE(is_access_token(std::string(kMaxAccessTokenBytes + 1, 'a')));
}

TEST(PublicAddress, OnlyAddressesOfTheInternetArePublic) {
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "nonsense"}) {
    EXPECT_FALSE(is_public_address(address)) << address;
  }
  for (const char* address : {"1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"})
    EXPECT_TRUE(is_public_address(address)) << address;
}

}  // namespace
}  // namespace wick::http
