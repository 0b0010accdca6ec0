// The reader of requests: every case is read whole, cut at every byte, byte by byte, and behind another
// request.
#include "http/request_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "http/read_requests.h"

namespace wick::http {
namespace {

struct Case {
  const char* name;
  std::string bytes;
  int status = 0;  // 0: read as requests
  std::vector<std::string> bodies = {};
};

const std::string kHead = "POST /p HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kHead + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Limits small_limits() {
  Limits limits;
  limits.max_header_bytes = 600;
  limits.max_body_bytes = 300;
  return limits;
}

std::string letters(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += char('a' + i % 26);
  return out;
}

// A request whose head is exactly that long.
std::string head_of(std::size_t bytes) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ", end = "\r\n\r\n";
  return start + std::string(bytes - start.size() - end.size(), 'x') + end;
}

std::vector<Case> accepted() {
  return {
      {"no body", kGet, 0, {""}},
      {"an empty body", kHead + "Content-Length: 0\r\n\r\n", 0, {""}},
      {"a body", kHead + "Content-Length: 5\r\n\r\nhello", 0, {"hello"}},
      {"zeros before the length",
       kHead + "Content-Length: 0000000000000000000000005\r\n\r\nhello",
       0,
       {"hello"}},
      {"a body larger than the rest of the buffer",
       kHead + "Content-Length: 300\r\n\r\n" + letters(300),
       0,
       {letters(300)}},
      {"chunks", kChunked + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 0, {"abc"}},
      {"no chunks", kChunked + "0\r\n\r\n", 0, {""}},
      {"capital hex and zeros", kChunked + "00A\r\n0123456789\r\n000\r\n\r\n", 0, {"0123456789"}},
      {"chunk extensions", kChunked + "2;a=b;c=\"d e\"\r\nab\r\n0;last\r\n\r\n", 0, {"ab"}},
      {"a chunk that holds CRLF and zeros",
       kChunked + "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
       0,
       {"\r\n0\r\n\r\n"}},
      {"trailers", kChunked + "1\r\nx\r\n0\r\nAuthorization: Bearer t\r\nHost: b\r\n\r\n", 0, {"x"}},
      {"three requests",
       kGet + kHead + "Content-Length: 1\r\n\r\n1" + kChunked + "1\r\n2\r\n0\r\n\r\n" + kGet,
       0,
       {"", "1", "2", ""}},
      {"empty lines before a request", "\r\n\r\n" + kGet + "\r\n" + kGet, 0, {"", ""}},
      {"HTTP/1.0 without Host, and then the end", "GET / HTTP/1.0\r\n\r\n" + kGet, 0, {""}},
      {"HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + kGet, 0, {"", ""}},
      {"close ends the reading", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + kGet, 0, {""}},
      {"bytes above 127 in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xC3\xA4\xFF\r\n\r\n", 0, {""}},
      {"an empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t \r\n\r\n", 0, {""}},
      {"a header of exactly the limit", head_of(600) + kGet, 0, {"", ""}},
      {"Expect", kHead + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n1", 0, {"1"}},
      {"an unknown method", "PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", 0, {""}},
      {"OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0, {""}},
      {"absolute form", "GET http://b:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n", 0, {""}},
      {"an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0, {""}},
      {"an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, {""}},
  };
}

std::vector<Case> refused_heads() {
  const auto line = [](std::string text) { return std::move(text) + "\r\nHost: a\r\n\r\n"; };
  const auto field = [](std::string text) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::move(text) + "\r\n\r\n0\r\n\r\n";
  };
  return {
      {"no version", line("GET /"), 400},
      {"no target", line("GET HTTP/1.1"), 400},
      {"two spaces", line("GET  / HTTP/1.1"), 400},
      {"a space in the target", line("GET /a b HTTP/1.1"), 400},
      {"a tab as separator", line("GET\t/ HTTP/1.1"), 400},
      {"a leading space", line(" GET / HTTP/1.1"), 400},
      {"a space behind the version", line("GET / HTTP/1.1 "), 400},
      {"HTTP/0.9", line("GET / HTTP/0.9"), 400},
      {"HTTP/1.2", line("GET / HTTP/1.2"), 400},
      {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"http in lower case", line("GET / http/1.1"), 400},
      {"a method that is no token", line("G(T / HTTP/1.1"), 400},
      {"a fragment", line("GET /#a HTTP/1.1"), 400},
      {"a byte above 127 in the target", line("GET /\xC3\xA4 HTTP/1.1"), 400},
      {"a relative target", line("GET a HTTP/1.1"), 400},
      {"an asterisk with GET", line("GET * HTTP/1.1"), 400},
      {"authority form", line("CONNECT a:443 HTTP/1.1"), 400},
      {"CONNECT with a path", line("CONNECT / HTTP/1.1"), 400},
      {"another scheme", line("GET ftp://a/ HTTP/1.1"), 400},
      {"an absolute target without host", line("GET http:///x HTTP/1.1"), 400},
      {"an absolute target with a port alone", line("GET http://:80/x HTTP/1.1"), 400},
      {"an absolute target with a user", line("GET http://u@a/ HTTP/1.1"), 400},
      {"an absolute target with a bad port", line("GET http://a:b/ HTTP/1.1"), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", field("Host: a"), 400},
      {"a bad Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"a field without colon", field("X"), 400},
      {"a field without name", field(": x"), 400},
      {"a space before the colon", field("Transfer-Encoding : chunked"), 400},
      {"a space before the name", field("X: a\r\n Y: b"), 400},
      {"a folded value", field("X: a\r\n\tb"), 400},
      {"a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"a name that is no token", field("X(: a"), 400},
      {"a bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"a bare LF inside a value", field("X: a\nY: b"), 400},
      {"a bare CR", field("X: a\rY: b"), 400},
      {"CR CR LF", field("X: a\r"), 400},
      {"NUL", field(std::string("X: a\0b", 6)), 400},
      {"a control character", field("X: \x01"), 400},
      {"DEL", field("X: \x7F"), 400},
      {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01", 6), 400},
      {"length and coding", field("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400},
      {"coding and length", field("Transfer-Encoding: chunked\r\nContent-Length: 5"), 400},
      {"two lengths", field("Content-Length: 5\r\nContent-Length: 5"), 400},
      {"a list of lengths", field("Content-Length: 5, 5"), 400},
      {"a length with a sign", field("Content-Length: +5"), 400},
      {"a negative length", field("Content-Length: -5"), 400},
      {"a length in hex", field("Content-Length: 0x5"), 400},
      {"an empty length", field("Content-Length: "), 400},
      {"a length above the limit", field("Content-Length: 301"), 413},
      {"a length above 64 bits", field("Content-Length: 99999999999999999999999"), 413},
      {"a length of 2^64", field("Content-Length: 18446744073709551616"), 413},
      {"two codings in two fields", field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
      {"chunked twice", field("Transfer-Encoding: chunked, chunked"), 400},
      {"chunked not last", field("Transfer-Encoding: chunked, gzip"), 400},
      {"chunked with a parameter", field("Transfer-Encoding: chunked;a=b"), 400},
      {"an empty coding", field("Transfer-Encoding: "), 400},
      {"a coding with an empty element", field("Transfer-Encoding: , chunked"), 400},
      {"an unknown coding before chunked", field("Transfer-Encoding: gzip, chunked"), 501},
      {"an unknown coding", field("Transfer-Encoding: xchunked"), 501},
      {"identity", field("Transfer-Encoding: identity"), 501},
      {"an unknown coding and a length", field("Transfer-Encoding: gzip\r\nContent-Length: 5"), 400},
      {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"a header one byte above the limit", head_of(601), 431},
      {"a header without end", "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(3000, 'x'), 431},
      {"a request line without end", "GET /" + std::string(3000, 'x'), 431},
  };
}

std::vector<Case> refused_bodies() {
  const auto big = std::string(700, 'e');
  return {
      {"no size", kChunked + "\r\n", 400},
      {"a size that is no hex", kChunked + "g\r\n", 400},
      {"a size with 0x", kChunked + "0x2\r\nab\r\n0\r\n\r\n", 400},
      {"a negative size", kChunked + "-1\r\n", 400},
      {"a size with a space", kChunked + "2 \r\nab\r\n0\r\n\r\n", 400},
      {"a space before the extension", kChunked + "2 ;a\r\nab\r\n0\r\n\r\n", 400},
      {"a size above the limit", kChunked + "12D\r\n", 413},
      {"a size above 64 bits", kChunked + "FFFFFFFFFFFFFFFFFF\r\n", 413},
      {"a sum above the limit", kChunked + "12C\r\n" + letters(300) + "\r\n1\r\n", 413},
      {"a size ended by LF", kChunked + "2\nab\r\n0\r\n\r\n", 400},
      {"a size ended by CR", kChunked + "2\rab\r\n0\r\n\r\n", 400},
      {"LF in an extension", kChunked + "2;a\nb\r\nab\r\n0\r\n\r\n", 400},
      {"NUL in an extension", kChunked + std::string("2;\0\r\n", 5), 400},
      {"too long extensions", kChunked + "2;" + big + "\r\nab\r\n", 413},
      {"many extensions",
       kChunked + "1;" + std::string(400, 'e') + "\r\na\r\n1;" + std::string(400, 'e') + "\r\n", 413},
      {"too many zeros", kChunked + std::string(700, '0') + "1\r\n", 413},
      {"data longer than its size", kChunked + "2\r\nabc\r\n0\r\n\r\n", 400},
      {"data shorter than its size", kChunked + "4\r\nab\r\n0\r\n\r\n", 400},
      {"data ended by LF", kChunked + "2\r\nab\n0\r\n\r\n", 400},
      {"no empty line behind the last chunk", kChunked + "0\r\n" + kGet, 400},
      {"LF behind the last chunk", kChunked + "0\r\n\n", 400},
      {"a trailer without colon", kChunked + "0\r\nX\r\n\r\n", 400},
      {"a trailer without name", kChunked + "0\r\n: x\r\n\r\n", 400},
      {"a folded trailer", kChunked + "0\r\nX: a\r\n b\r\n\r\n", 400},
      {"a control character in a trailer", kChunked + "0\r\nX: \x01\r\n\r\n", 400},
      {"too long trailers", kChunked + "0\r\nX: " + big + "\r\n\r\n", 431},
      {"many trailers",
       kChunked + "0\r\n" +
           [] {
             std::string out;
             for (int i = 0; i < 200; ++i) out += "X: a\r\n";
             return out;
           }(),
       431},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> out = accepted();
  for (auto* more : {&refused_heads, &refused_bodies}) {
    for (Case& one : (*more)()) out.push_back(std::move(one));
  }
  return out;
}

ReadResult read_whole(const std::string& bytes) {
  return read_requests(bytes, {}, small_limits());
}

TEST(RequestReader, ReadsWhatTheGrammarAllowsAndRefusesTheRest) {
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.name);
    const ReadResult read = read_whole(one.bytes);
    EXPECT_EQ(read.status, one.status);
    std::vector<std::string> bodies;
    for (const ReadRequest& request : read.requests) bodies.push_back(request.body);
    EXPECT_EQ(bodies, one.bodies);
  }
}

TEST(RequestReader, GivesTheSameResultWhereverTheBytesAreCut) {
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.name);
    const ReadResult whole = read_whole(one.bytes);
    for (std::size_t cut = 1; cut < one.bytes.size(); ++cut) {
      const std::size_t pieces[] = {cut};
      ASSERT_EQ(read_requests(one.bytes, pieces, small_limits()), whole) << "cut at " << cut;
    }
    for (const std::size_t size : {1, 2, 3, 7, 64}) {
      const std::vector<std::size_t> pieces(one.bytes.size() / size + 1, size);
      ASSERT_EQ(read_requests(one.bytes, pieces, small_limits()), whole) << "pieces of " << size;
    }
  }
}

TEST(RequestReader, GivesTheSameResultBehindOtherRequests) {
  const std::string chunked = kChunked + "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
  const std::string large = kHead + "Content-Length: 300\r\n\r\n" + letters(300);
  for (const Case& one : all_cases()) {
    SCOPED_TRACE(one.name);
    const ReadResult alone = read_whole(one.bytes);
    for (const std::string& before : {kGet, chunked, large, chunked + large + kGet + chunked}) {
      ReadResult read = read_whole(before + one.bytes);
      ASSERT_GE(read.requests.size(), alone.requests.size());
      read.requests.erase(read.requests.begin(), read.requests.end() - std::ptrdiff_t(alone.requests.size()));
      EXPECT_EQ(read, alone);
      const std::vector<std::size_t> bytes(before.size() + one.bytes.size(), 1);
      EXPECT_EQ(read_requests(before + one.bytes, bytes, small_limits()), read_whole(before + one.bytes));
    }
  }
}

TEST(RequestReader, AcceptsAHeaderOfTheLimitInAnyPiecesAndRefusesOneByteMore) {
  const Limits limits;
  for (const std::size_t bytes : {4095U, 4096U, 4097U, 8192U, 12'000U, 16'383U, 16'384U, 16'385U, 17'000U}) {
    const std::string text = head_of(bytes);
    for (const std::size_t size : {1U, 100U, 1460U, 4096U, 100'000U}) {
      const std::vector<std::size_t> pieces(bytes / size + 1, size);
      const ReadResult read = read_requests(text, pieces, limits);
      EXPECT_EQ(read.status, bytes <= limits.max_header_bytes ? 0 : 431) << bytes << " in pieces of " << size;
      EXPECT_EQ(read.requests.size(), bytes <= limits.max_header_bytes ? 1U : 0U);
    }
  }
}

TEST(RequestReader, AHeadStaysWhereItIsWhileALargeBodyArrives) {
  const Limits limits;
  const std::string body = letters(1'000'000);
  std::string chunks;
  for (std::size_t at = 0; at < body.size(); at += 10'000)
    chunks += "2710\r\n" + body.substr(at, 10'000) + "\r\n";
  for (const std::string& text :
       {kHead + "Content-Length: 1000000\r\n\r\n" + body, kChunked + chunks + "0\r\n\r\n"}) {
    for (const std::size_t size : {997U, 4096U, 70'000U}) {
      const std::vector<std::size_t> pieces(text.size() / size + 1, size);
      const ReadResult read = read_requests(text + kGet, pieces, limits);
      ASSERT_EQ(read.requests.size(), 2U);
      EXPECT_TRUE(read.views_held);
      EXPECT_EQ(read.requests[0].body, body);
      EXPECT_EQ(read.requests[0].fields[0].second, "a");
    }
  }
}

TEST(RequestReader, DropsTrailersAndChunkExtensions) {
  const ReadResult read =
      read_whole(kChunked + "1;Authorization=x\r\nx\r\n0\r\nAuthorization: Bearer t\r\nHost: b\r\n\r\n");
  ASSERT_EQ(read.requests.size(), 1U);
  const std::vector<std::pair<std::string, std::string>> fields = {{"Host", "a"},
                                                                   {"Transfer-Encoding", "chunked"}};
  EXPECT_EQ(read.requests[0].fields, fields);
}

TEST(RequestReader, SplitsATargetAndLetsItsAuthorityReplaceHost) {
  struct Target {
    const char *target, *path, *query, *host;
  };
  for (const Target& one :
       {Target{"/", "/", "", "a"}, Target{"/a?b?c", "/a", "b?c", "a"}, Target{"/?", "/", "", "a"},
        Target{"//x/y", "//x/y", "", "a"}, Target{"http://b", "/", "", "b"},
        Target{"HTTP://b:8080/x?y=/z", "/x", "y=/z", "b:8080"},
        Target{"https://[::1]:1?q=/", "/", "q=/", "[::1]:1"},
        Target{"http://b%2e/%2e%2e", "/%2e%2e", "", "b%2e"}}) {
    SCOPED_TRACE(one.target);
    const ReadResult read = read_whole("GET " + std::string(one.target) + " HTTP/1.1\r\nhOST:  a \r\n\r\n");
    ASSERT_EQ(read.requests.size(), 1U);
    EXPECT_EQ(read.requests[0].path, one.path);
    EXPECT_EQ(read.requests[0].query, one.query);
    ASSERT_EQ(read.requests[0].fields.size(), 1U);
    EXPECT_EQ(read.requests[0].fields[0].second, one.host);
  }
  const ReadResult old = read_whole("GET http://b/ HTTP/1.0\r\n\r\n");
  ASSERT_EQ(old.requests.size(), 1U);
  ASSERT_EQ(old.requests[0].fields.size(), 1U);
  EXPECT_EQ(old.requests[0].fields[0].second, "b");
}

void give(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    ASSERT_EQ(reader.advance(), RequestReader::Event::kNeedMore);
    const auto room = reader.prepare();
    const std::size_t count = std::min(room.size(), bytes.size());
    ASSERT_GT(count, 0U);
    std::memcpy(room.data(), bytes.data(), count);
    reader.commit(count);
    bytes.remove_prefix(count);
  }
}

constexpr std::size_t kMegabyte = 1024 * 1024;

TEST(RequestReader, ReservesMemoryForABodyAsItArrivesAndReleasesItWhenTheBodyHasBeenUsed) {
  BodyBudget budget(kMegabyte);
  RequestReader reader(1000, 10 * kMegabyte, budget);
  give(reader, kHead + "Content-Length: 500000\r\n\r\n");
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  EXPECT_EQ(budget.used(), 0U);
  give(reader, "x");
  EXPECT_LE(budget.used(), 20'000U) << "what is announced takes no memory";
  give(reader, std::string(499'999, 'x'));
  ASSERT_EQ(reader.advance(), RequestReader::Event::kRequest);
  EXPECT_EQ(budget.used(), 500'000U);
  reader.drop_read_body();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(reader.body(), "");
  EXPECT_EQ(reader.head().method, "POST");
  reader.next_request();
  give(reader, kGet);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
}

TEST(RequestReader, RefusesABodyWith503WhenTheMemoryForBodiesIsUsedUp) {
  BodyBudget budget(100'000);
  for (const std::string& head : {kHead + "Content-Length: 200000\r\n\r\n", kChunked + "30D40\r\n"}) {
    RequestReader reader(1000, kMegabyte, budget);
    give(reader, head);
    auto event = reader.advance();
    ASSERT_EQ(event, RequestReader::Event::kHead);
    for (int i = 0; i < 200 && (event = reader.advance()) == RequestReader::Event::kNeedMore; ++i) {
      EXPECT_LE(budget.used(), 100'000U);
      const auto room = reader.prepare();
      const std::size_t count = std::min<std::size_t>(room.size(), 1000);
      std::memset(room.data(), 'x', count);
      reader.commit(count);
    }
    ASSERT_EQ(event, RequestReader::Event::kRefused);
    EXPECT_EQ(reader.status(), 503);
    EXPECT_EQ(budget.used(), 0U) << "a refused request does not hold memory while its client stays";
    {
      RequestReader ended(1000, kMegabyte, budget);
      give(ended, head);
      ASSERT_EQ(ended.advance(), RequestReader::Event::kHead);
      give(ended, std::string(10'000, 'x'));
      EXPECT_GT(budget.used(), 0U);
    }
    EXPECT_EQ(budget.used(), 0U) << "a connection that ends gives its memory back";
  }
}

TEST(RequestReader, ABodyThatFitsTheBufferNeedsNoBudget) {
  BodyBudget budget(0);
  RequestReader reader(1000, kMegabyte, budget);
  give(reader, kHead + "Content-Length: 2000\r\n\r\n");
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  give(reader, std::string(2000, 'x'));
  EXPECT_EQ(reader.advance(), RequestReader::Event::kRequest);
}

TEST(RequestReader, DropsABodyThatIsNotWantedAndReadsTheNextRequest) {
  BodyBudget budget(0);
  RequestReader reader(1000, 10, budget);
  give(reader, kHead + "Content-Length: 50000\r\n\r\nxx");
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  EXPECT_FALSE(reader.has_whole_body());
  EXPECT_FALSE(reader.drop_body(49'997));
  EXPECT_TRUE(reader.drop_body(49'998));
  give(reader, std::string(49'998, 'x') + kGet);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kRequest);
  EXPECT_EQ(reader.body(), "");
  reader.next_request();
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  EXPECT_EQ(reader.head().method, "GET");
}

TEST(RequestReader, ALimitOfOneRequestIsNotTheNextOnes) {
  BodyBudget budget(kMegabyte), other(kMegabyte);
  RequestReader reader(1000, 100, budget);
  const std::string request = kHead + "Content-Length: 11\r\n\r\nhello world";
  give(reader, request);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  reader.set_body_limit(11, other);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kRequest);
  reader.next_request();
  give(reader, request + request);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kRequest);
  reader.next_request();
  ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
  reader.set_body_limit(10, other);
  ASSERT_EQ(reader.advance(), RequestReader::Event::kRefused);
  EXPECT_EQ(reader.status(), 413);
}

TEST(RequestReader, AnEmptyLineBetweenRequestsIsNoRequest) {
  BodyBudget budget(0);
  RequestReader reader(1000, 10, budget);
  for (int i = 0; i < 5000; ++i) give(reader, "\r\n");
  EXPECT_EQ(reader.advance(), RequestReader::Event::kNeedMore);
  EXPECT_TRUE(reader.is_idle());
  give(reader, "\r");
  EXPECT_EQ(reader.advance(), RequestReader::Event::kNeedMore);
  EXPECT_FALSE(reader.is_idle());
}

TEST(RequestReader, AsksForContinueOnlyWhileNoByteOfTheBodyHasArrived) {
  for (const auto& [rest, awaits] : {std::pair<std::string, bool>{"", true}, {"x", false}}) {
    BodyBudget budget(0);
    RequestReader reader(1000, 10, budget);
    give(reader, kHead + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n" + rest);
    ASSERT_EQ(reader.advance(), RequestReader::Event::kHead);
    EXPECT_EQ(reader.awaits_continue(), awaits);
  }
}

}  // namespace
}  // namespace wick::http
