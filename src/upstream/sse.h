// Server-sent events (WHATWG HTML, "Server-sent events"), as MCP answers carry them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::upstream {

struct SseEvent {
  std::string data;  // lines joined by '\n'
};

// Reads a stream piece by piece. Not thread-safe.
class SseReader {
 public:
  // `max_bytes`: of one event, its comments included; 0: no limit.
  explicit SseReader(std::size_t max_bytes = 0) : max_bytes_(max_bytes) {}

  // Errors: kTooLarge  an event is larger than the limit
  Result<void> feed(std::string_view bytes);
  // The next complete event that has data.
  std::optional<SseEvent> next();
  // As the events so far say: where a stream may be taken up again, and after how long.
  const std::string& last_event_id() const { return last_event_id_; }
  std::optional<int> retry_millis() const { return retry_millis_; }

 private:
  void line(std::string_view text);

  const std::size_t max_bytes_;
  std::string partial_;  // a line without its end yet
  std::string data_, id_;
  std::string last_event_id_;
  std::optional<int> retry_millis_;
  bool has_data_ = false, begun_ = false, after_cr_ = false;
  std::size_t event_bytes_ = 0;
  std::deque<SseEvent> events_;
};

}  // namespace wick::upstream
