#include "mcp_transport/sse.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <vector>

#include "targets.h"

namespace wick::fuzz {
namespace {

struct Read {
  std::vector<std::string> events;
  std::string id;
  std::optional<std::chrono::milliseconds> retry;
  bool operator==(const Read&) const = default;
};

// The specification's rules (WHATWG HTML, "Interpreting an event stream") over the whole stream at once.
Read reference(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Read out;
  std::string data, id;
  bool any = false;
  while (true) {
    const auto end = text.find_first_of("\r\n");
    if (end == std::string_view::npos) return out;  // an incomplete line ends nothing
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
    if (line.empty()) {
      out.id = id;
      if (any && data != "\n") out.events.push_back(data.substr(0, data.size() - 1));
      data.clear();
      any = false;
      continue;
    }
    const auto colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
      data.append(value).append("\n");
      any = true;
    }
    if (field == "id" && value.find('\0') == std::string_view::npos) id = value;
    if (field == "retry" && !value.empty() &&
        value.find_first_not_of("0123456789") == std::string_view::npos) {
      value.remove_prefix(std::min(value.find_first_not_of('0'), value.size() - 1));
      const long long millis = value.size() <= 10 ? std::stoll(std::string(value)) : LLONG_MAX;
      if (millis <= INT_MAX)
        out.retry = std::chrono::milliseconds(millis);  // a longer wait than 24 days is no wait
    }
  }
}

void drain(upstream::SseReader& reader, Read& out) {
  while (auto event = reader.next()) out.events.push_back(std::move(event->data));
  out.id = reader.last_event_id();
  out.retry = reader.retry_delay();
}

}  // namespace

// In one piece, byte by byte and in pieces as the input says, a stream gives the same as the reference.
void fuzz_sse(std::string_view data) {
  Input input(data);
  const std::size_t stride = input.byte() + 1;
  const std::string_view text = input.rest();
  const Read expected = reference(text);
  for (const std::size_t size : {text.size() + 1, std::size_t{1}, stride}) {
    upstream::SseReader reader;
    Read found;
    for (std::size_t at = 0; at < text.size(); at += size) {
      FUZZ_CHECK(reader.feed(text.substr(at, size)));
      drain(reader, found);
    }
    FUZZ_CHECK(found == expected);
  }
  // With a limit, no event is larger than it.
  upstream::SseReader limited(stride);
  while (limited.feed(text)) {
    while (const auto event = limited.next()) FUZZ_CHECK(event->data.size() <= stride);
    break;
  }
  // One that is dropped leaves its envelope, and the others are as they were.
  upstream::SseReader dropping(stride, upstream::SseReader::TooLarge::kDrop);
  if (!dropping.feed(text)) return;
  auto kept = expected.events.begin();
  while (const auto event = dropping.next()) {
    if (event->dropped) continue;
    kept = std::find(kept, expected.events.end(), event->data);
    FUZZ_CHECK(kept != expected.events.end());
    ++kept;
  }
  FUZZ_CHECK(dropping.last_event_id() == expected.id || text.size() > stride);
}

}  // namespace wick::fuzz
