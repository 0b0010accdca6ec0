#include "http/chunked_decoder.h"

#include <algorithm>
#include <utility>

#include "http/request_head.h"

namespace wick::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkedDecoder::State ChunkedDecoder::refuse(int status) {
  if (status_ == 0) status_ = status;
  return state_;
}

// Counts a dropped byte.
ChunkedDecoder::State ChunkedDecoder::count(State next, int status) {
  return ++overhead_ > max_overhead_ ? refuse(status) : next;
}

ChunkedDecoder::State ChunkedDecoder::after_size(char c) {
  const int digit = hex_value(c);
  if (digit >= 0) {
    const bool padded = state_ == State::kMoreSize && size_ == 0;
    // body_ never exceeds max_body_, and size_ stays far below an overflow.
    size_ = size_ * 16 + std::uint64_t(digit);
    if (size_ > max_body_ - body_) return refuse(413);
    return padded ? count(State::kMoreSize, 413) : State::kMoreSize;
  }
  if (state_ == State::kSize) return refuse(400);
  if (c == ';') return count(State::kExtension, 413);
  return c == '\r' ? State::kSizeEnd : refuse(400);
}

ChunkedDecoder::State ChunkedDecoder::after_trailer(char c) {
  if (c == '\r') {
    if (state_ == State::kTrailer) return State::kEnd;
    return state_ == State::kTrailerValue ? count(State::kTrailerEnd, 431) : refuse(400);
  }
  if (state_ == State::kTrailerValue)
    return is_field_char(c) ? count(State::kTrailerValue, 431) : refuse(400);
  if (c == ':' && state_ == State::kTrailerName) return count(State::kTrailerValue, 431);
  return is_token_char(c) ? count(State::kTrailerName, 431) : refuse(400);
}

ChunkedDecoder::State ChunkedDecoder::after(char c) {
  switch (state_) {
    case State::kSize:
    case State::kMoreSize:
      return after_size(c);
    case State::kExtension:
      if (c == '\r') return State::kSizeEnd;
      return is_field_char(c) ? count(State::kExtension, 413) : refuse(400);
    case State::kSizeEnd:
      if (c != '\n') return refuse(400);
      left_ = std::exchange(size_, 0);
      body_ += left_;
      return left_ == 0 ? State::kTrailer : State::kData;
    case State::kDataEnd:
      return c == '\r' ? State::kDataEndLf : refuse(400);
    case State::kDataEndLf:
      return c == '\n' ? State::kSize : refuse(400);
    case State::kTrailer:
    case State::kTrailerName:
    case State::kTrailerValue:
      return after_trailer(c);
    case State::kTrailerEnd:
      return c == '\n' ? count(State::kTrailer, 431) : refuse(400);
    case State::kEnd:
      if (c != '\n') return refuse(400);
      done_ = true;
      return state_;
    case State::kData:
      break;
  }
  return state_;
}

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view& input, std::string_view& data) {
  while (status_ == 0 && !done_ && !input.empty()) {
    if (state_ == State::kData) {
      data = input.substr(0, std::size_t(std::min<std::uint64_t>(left_, input.size())));
      input.remove_prefix(data.size());
      left_ -= data.size();
      if (left_ == 0) state_ = State::kDataEnd;
      return Step::kData;
    }
    state_ = after(input.front());
    input.remove_prefix(1);
  }
  if (status_ != 0) return Step::kRefused;
  return done_ ? Step::kDone : Step::kNeedMore;
}

}  // namespace wick::http
