#include "mcp_transport/sse.h"

#include <charconv>
#include <utility>

#include "base/char_set.h"

namespace wick::upstream {
namespace {

constexpr CharSet kLineEnds("\r\n");

}  // namespace

Result<void> SseReader::feed(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (std::exchange(after_cr_, false) && bytes.starts_with('\n')) bytes.remove_prefix(1);
  while (!bytes.empty()) {
    const auto end = kLineEnds.find_in(bytes);
    if (auto fits = count(end == std::string_view::npos ? bytes.size() : end + 1); !fits) return fits;
    keep(bytes.substr(0, end));
    if (end == std::string_view::npos) break;
    const bool at_cr = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    after_cr_ = at_cr && bytes.empty();  // a '\n' at the beginning of the next piece belongs to this line end
    if (at_cr && bytes.starts_with('\n')) bytes.remove_prefix(1);
    end_line();
  }
  return {};
}

Result<void> SseReader::count(std::size_t bytes) {
  event_bytes_ += bytes;
  if (max_bytes_ == 0 || event_bytes_ <= max_bytes_) return {};
  if (too_large_ == TooLarge::kFail || event_bytes_ > max_bytes_ + kMaxDroppedEventBytes) {
    return fail(ErrorCode::kTooLarge,
                "A message of the server is larger than " + std::to_string(max_bytes_) + " bytes.");
  }
  if (dropping_) return {};
  dropping_.emplace().feed(data_);
  data_ = std::string();
  choose_rest();
  return {};
}

// Adds a piece of a line that is not complete.
void SseReader::keep(std::string_view bytes) {
  if (rest_ == Rest::kSkipped) return;
  if (rest_ == Rest::kScanned) return dropping_->feed(bytes);
  partial_.append(bytes);
  if (dropping_) choose_rest();
}

// In an event that is dropped, the beginning of a line is kept until its field is known.
void SseReader::choose_rest() {
  if (partial_.size() < kMaxEventTypeBytes) return;
  rest_ = Rest::kSkipped;
  if (partial_.starts_with("data:")) {
    rest_ = Rest::kScanned;
    has_data_ = true;
    dropping_->feed(std::string_view(partial_).substr(5));
  }
  partial_ = std::string();
}

void SseReader::end_line() {
  if (std::exchange(rest_, Rest::kOpen) != Rest::kOpen) return;
  std::string_view text = partial_;
  if (!std::exchange(begun_, true) && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  line(text);
  partial_.clear();
}

void SseReader::line(std::string_view text) {
  if (text.empty()) {
    last_event_id_ = id_;
    if (dropping_ && has_data_) {
      events_.push_back({{}, std::move(type_), dropping_->envelope()});
    } else if (has_data_ && !data_.empty()) {
      events_.push_back({std::move(data_), std::move(type_), {}});
    }
    data_.clear();
    type_.clear();
    dropping_.reset();
    has_data_ = false;
    event_bytes_ = 0;
    return;
  }
  const auto colon = text.find(':');
  const std::string_view field = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (std::exchange(has_data_, true) && !dropping_) data_ += '\n';
    if (dropping_) {
      dropping_->feed(value);
    } else {
      data_ += value;
    }
  } else if (field == "event") {
    type_ = value.substr(0, kMaxEventTypeBytes);
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (field == "retry") {
    int millis = 0;
    const bool is_digits = !value.starts_with('-');  // and from_chars() takes no '+'
    const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), millis);
    if (is_digits && ec == std::errc() && end == value.data() + value.size())
      retry_delay_ = std::chrono::milliseconds(millis);
  }
}

std::optional<SseEvent> SseReader::next() {
  if (events_.empty()) return std::nullopt;
  SseEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace wick::upstream
