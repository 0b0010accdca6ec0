// SseReader: parses server-sent events (WHATWG HTML, "Server-sent events").
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp_transport/envelope_scanner.h"

namespace wick::upstream {

struct SseEvent {
  std::string data = {};                 // lines joined by '\n'
  std::string type = {};                 // empty: "message"
  std::optional<Envelope> dropped = {};  // set when the event was too large: the only part that was kept
};

inline constexpr std::size_t kMaxEventTypeBytes = 64;  // a longer one is cut
// The part of one event above its limit that is read and dropped. A stream with a larger event fails.
inline constexpr std::size_t kMaxDroppedEventBytes = 64 * 1024 * 1024;

// Reads a stream piece by piece. Not thread-safe.
class SseReader {
 public:
  enum class TooLarge { kFail, kDrop };
  // `max_bytes` is the limit of one event with its comments; 0: no limit. `too_large` is the treatment of a larger event.
  explicit SseReader(std::size_t max_bytes = 0, TooLarge too_large = TooLarge::kFail)
      : max_bytes_(max_bytes), too_large_(too_large) {}

  // Errors: kTooLarge  an event is larger than the limit, or too large to be dropped
  Result<void> feed(std::string_view bytes);
  // The next complete event that has data.
  std::optional<SseEvent> next();
  // The position at which the stream may be resumed, and the pause before that, from the events so far.
  const std::string& last_event_id() const { return last_event_id_; }
  std::optional<std::chrono::milliseconds> retry_delay() const { return retry_delay_; }

 private:
  Result<void> count(std::size_t bytes);
  void keep(std::string_view bytes);
  void choose_rest();
  void end_line();
  void line(std::string_view text);

  const std::size_t max_bytes_;
  const TooLarge too_large_;
  std::string partial_;  // a line without its end yet
  std::string data_, id_, type_;
  std::optional<EnvelopeScanner> dropping_;  // of the event that is being read
  // The treatment of the rest of a line in a dropped event, after its field is known.
  enum class Rest { kOpen, kScanned, kSkipped } rest_ = Rest::kOpen;
  std::string last_event_id_;
  std::optional<std::chrono::milliseconds> retry_delay_;
  bool has_data_ = false, begun_ = false, after_cr_ = false;
  std::size_t event_bytes_ = 0;
  std::deque<SseEvent> events_;
};

}  // namespace wick::upstream
