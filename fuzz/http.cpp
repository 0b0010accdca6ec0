#include <algorithm>
#include <vector>

#include "http/read_requests.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

// The request in its canonical form: with Content-Length, written in one way only.
std::string written(const http::ReadRequest& request) {
  std::string out =
      request.method + " " + request.target + (request.version == 11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const auto& [name, value] : request.fields) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (lower != "transfer-encoding" && lower != "content-length") out += name + ": " + value + "\r\n";
  }
  return out + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

}  // namespace

// The first byte says how many sizes of pieces follow it. However the rest is cut, the requests, bodies and
// the refusal are those of the whole; what was read fits the limits and is read again from how it would be
// written.
void fuzz_http(std::string_view data) {
  Input input(data);
  std::vector<std::size_t> pieces(input.byte() % 16);
  for (std::size_t& size : pieces) size = input.byte() + std::size_t{1};
  const std::string_view bytes = input.rest();
  http::Limits limits;
  limits.max_header_bytes = 600;
  limits.max_body_bytes = 2000;
  limits.max_body_memory_bytes = 100'000;
  const http::ReadResult whole = http::read_requests(bytes, {}, limits);
  FUZZ_CHECK(whole.views_held);
  FUZZ_CHECK(whole.status == 0 || (whole.status >= 400 && whole.status < 600));
  FUZZ_CHECK(http::read_requests(bytes, pieces, limits) == whole);
  const std::vector<std::size_t> single(bytes.size(), 1);
  FUZZ_CHECK(http::read_requests(bytes, single, limits) == whole);
  for (const http::ReadRequest& request : whole.requests) {
    FUZZ_CHECK(request.body.size() <= limits.max_body_bytes);
    FUZZ_CHECK(request.path.starts_with('/') || request.path == "*");
    for (const auto& [name, value] : request.fields) {
      FUZZ_CHECK(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos);
      FUZZ_CHECK(value.find_first_of("\r\n") == std::string::npos && value.find('\0') == std::string::npos);
    }
    const std::string text = written(request);
    if (text.size() > limits.max_header_bytes) continue;
    const http::ReadResult again = http::read_requests(text, {}, limits);
    FUZZ_CHECK(again.status == 0 && again.requests.size() == 1);
    FUZZ_CHECK(again.requests[0].body == request.body && again.requests[0].path == request.path);
    FUZZ_CHECK(again.requests[0].query == request.query &&
               again.requests[0].keep_alive == request.keep_alive);
  }
}

}  // namespace wick::fuzz
