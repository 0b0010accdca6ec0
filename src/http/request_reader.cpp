#include "http/request_reader.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace wick::http {
namespace {

constexpr std::size_t kFirstStoreBytes = 16 * 1024;
constexpr std::size_t kChunkInputBytes = 16 * 1024;
// The number of fields for which an idle connection keeps memory.
constexpr std::size_t kIdleFields = 64;

}  // namespace

bool Block::resize(std::size_t size, std::size_t kept, BodyBudget* budget) {
  if (budget != nullptr && !budget->reserve(size)) return false;
  std::unique_ptr<char[]> bytes(new (std::nothrow) char[size]);
  if (bytes == nullptr) {
    if (budget != nullptr) budget->release(size);
    return false;
  }
  if (kept > 0) std::memcpy(bytes.get(), bytes_.get(), kept);
  clear();
  bytes_ = std::move(bytes);
  size_ = size;
  budget_ = budget;
  return true;
}

void Block::clear() {
  leave_budget();
  bytes_.reset();
  size_ = 0;
}

void Block::leave_budget() {
  if (budget_ != nullptr) budget_->release(size_);
  budget_ = nullptr;
}

void Block::swap_bytes(Block& other) {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
}

RequestReader::RequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes, BodyBudget& budget)
    : max_header_(max_header_bytes),
      default_max_body_(max_body_bytes),
      default_budget_(budget),
      max_body_(max_body_bytes),
      budget_(&budget),
      chunks_(0, 0) {}

RequestReader::Event RequestReader::refuse(int status) {
  status_ = status;
  state_ = State::kRefused;
  drop_read_body();
  input_.clear();
  input_begin_ = input_end_ = 0;
  return Event::kRefused;
}

std::span<char> RequestReader::prepare() {
  if (state_ == State::kInBody) return {store_.data() + stored_, store_.size() - stored_};
  if (state_ == State::kChunked) return {input_.data() + input_end_, input_.size() - input_end_};
  return {buffer_.data() + end_, buffer_.size() - end_};
}

void RequestReader::commit(std::size_t bytes) {
  if (state_ == State::kInBody) {
    stored_ += bytes;
  } else if (state_ == State::kChunked) {
    input_end_ += bytes;
  } else {
    end_ += bytes;
  }
}

RequestReader::Event RequestReader::advance() {
  switch (state_) {
    case State::kHead:
      return scan_head();
    case State::kHeadReady:
      return begin_body();
    case State::kInBuffer:
      if (unread() < head_.content_length) return Event::kNeedMore;
      body_ = {buffer_.data() + begin_, std::size_t(head_.content_length)};
      begin_ += body_.size();
      state_ = State::kDone;
      return Event::kRequest;
    case State::kInBody: {
      const auto length = std::size_t(head_.content_length);
      if (stored_ < length) {
        const int status = stored_ == store_.size() ? grow_store(1, length) : 0;
        return status == 0 ? Event::kNeedMore : refuse(status);
      }
      body_ = {store_.data(), length};
      state_ = State::kDone;
      return Event::kRequest;
    }
    case State::kDropped:
      return read_dropped();
    case State::kChunked:
      return read_chunks();
    case State::kDone:
      return Event::kRequest;
    case State::kRefused:
      break;
  }
  return Event::kRefused;
}

// The head ends at the first empty line after the request line. CR and LF are accepted only as a pair, and
// other control characters not at all: a lenient reader elsewhere could see an end where this one sees none.
RequestReader::Scan RequestReader::after(char c) {
  const bool ends = c == '\n';
  switch (scan_) {
    case Scan::kStart:  // RFC 9112 §2.2: empty lines before the request line are ignored
      if (c == '\r') return Scan::kStartLf;
      break;
    case Scan::kStartLf:
      begin_ = scanned_;
      return ends ? Scan::kStart : (refuse(400), scan_);
    case Scan::kLine:
      if (c == '\r') return Scan::kLineLf;
      break;
    case Scan::kLineLf:
      return ends ? Scan::kLineBegin : (refuse(400), scan_);
    case Scan::kLineBegin:
      if (c == '\r') return Scan::kEndLf;
      break;
    case Scan::kEndLf:
      if (ends) state_ = State::kHeadReady;
      return ends ? Scan::kStart : (refuse(400), scan_);
  }
  if (!is_field_char(c)) refuse(400);
  return Scan::kLine;
}

RequestReader::Event RequestReader::scan_head() {
  while (state_ == State::kHead && scanned_ < end_ && scanned_ - begin_ < max_header_) {
    if (scan_ == Scan::kLine) {
      const std::size_t scan_end = std::min(end_, begin_ + max_header_);
      scanned_ += count_field_chars({buffer_.data() + scanned_, scan_end - scanned_});
      if (scanned_ == scan_end) break;
    }
    const char c = buffer_.data()[scanned_++];
    scan_ = after(c);
  }
  if (state_ == State::kRefused) return Event::kRefused;
  if (state_ == State::kHeadReady) {
    const int status = parse_request_head({buffer_.data() + begin_, scanned_ - begin_}, head_);
    begin_ = scanned_;
    return status == 0 ? Event::kHead : refuse(status);
  }
  if (scanned_ - begin_ >= max_header_) return refuse(431);
  if (end_ < buffer_.size()) return Event::kNeedMore;
  if (begin_ > 0) {  // nothing points into the buffer before a head is read
    std::memmove(buffer_.data(), buffer_.data() + begin_, unread());
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
    return Event::kNeedMore;
  }
  const std::size_t max_size = std::max(max_header_, kFirstBufferBytes);
  const std::size_t size = buffer_.size() == 0 ? kFirstBufferBytes : std::min(max_size, buffer_.size() * 2);
  return buffer_.resize(size, end_, nullptr) ? Event::kNeedMore : refuse(503);
}

bool RequestReader::has_whole_body() const {
  return !head_.is_chunked && head_.content_length <= std::min(unread(), max_body_);
}

bool RequestReader::awaits_continue() const {
  return head_.expects_continue && unread() == 0 && (head_.is_chunked || head_.content_length > 0);
}

void RequestReader::set_body_limit(std::size_t max_body_bytes, BodyBudget& budget) {
  max_body_ = max_body_bytes;
  budget_ = &budget;
}

bool RequestReader::drop_body(std::size_t max_bytes) {
  if (head_.is_chunked || head_.content_length > unread() + max_bytes) return false;
  left_ = head_.content_length;
  state_ = State::kDropped;
  return true;
}

RequestReader::Event RequestReader::begin_body() {
  if (head_.is_chunked) {
    chunks_ = ChunkedDecoder(max_body_, max_header_);
    state_ = State::kChunked;
    return read_chunks();
  }
  if (head_.content_length > max_body_) return refuse(413);
  const auto length = std::size_t(head_.content_length);
  if (length <= buffer_.size() - begin_) {
    state_ = State::kInBuffer;
    return advance();
  }
  const std::size_t here = unread();
  if (const int status = grow_store(here + 1, length); status != 0) return refuse(status);
  std::memcpy(store_.data(), buffer_.data() + begin_, here);
  stored_ = here;
  begin_ = end_;
  state_ = State::kInBody;
  return Event::kNeedMore;
}

int RequestReader::grow_store(std::size_t bytes, std::size_t max_bytes) {
  if (store_.size() - stored_ >= bytes) return 0;
  const std::size_t size = std::max({stored_ + bytes, store_.size() * 2, kFirstStoreBytes});
  return store_.resize(std::min(size, max_bytes), stored_, budget_) ? 0 : 503;
}

RequestReader::Event RequestReader::read_dropped() {
  const auto here = std::size_t(std::min<std::uint64_t>(left_, unread()));
  left_ -= here;
  begin_ += here;
  if (left_ == 0) {
    state_ = State::kDone;
    return Event::kRequest;
  }
  begin_ = end_ = scanned_ = 0;  // the head is not needed any more
  return Event::kNeedMore;
}

// First the bytes after the head in buffer_, then the bytes read into input_.
RequestReader::Event RequestReader::read_chunks() {
  for (;;) {
    const bool from_buffer = begin_ < end_;
    std::string_view input = from_buffer
                                 ? std::string_view(buffer_.data() + begin_, unread())
                                 : std::string_view(input_.data() + input_begin_, input_end_ - input_begin_);
    std::string_view data;
    const std::size_t before = input.size();
    const auto step = chunks_.next(input, data);
    (from_buffer ? begin_ : input_begin_) += before - input.size();
    if (step == ChunkedDecoder::Step::kRefused) return refuse(chunks_.status());
    if (step == ChunkedDecoder::Step::kDone) {
      body_ = {store_.data(), stored_};
      state_ = State::kDone;
      return Event::kRequest;
    }
    if (step == ChunkedDecoder::Step::kData) {
      if (const int status = grow_store(data.size(), max_body_); status != 0) return refuse(status);
      std::memcpy(store_.data() + stored_, data.data(), data.size());
      stored_ += data.size();
      continue;
    }
    input_begin_ = input_end_ = 0;
    if (input_.size() == 0 && !input_.resize(kChunkInputBytes, 0, budget_)) return refuse(503);
    return Event::kNeedMore;
  }
}

void RequestReader::drop_read_body() {
  body_ = {};
  store_.clear();
  stored_ = 0;
}

void RequestReader::next_request() {
  drop_read_body();
  head_.method = head_.target = head_.path = head_.query = {};
  head_.fields.clear();
  if (head_.fields.capacity() > kIdleFields) head_.fields.shrink_to_fit();
  input_.leave_budget();
  if (input_begin_ < input_end_) {  // buffer_ has been read to its end then
    buffer_.swap_bytes(input_);
    begin_ = input_begin_;
    end_ = input_end_;
  }
  input_.clear();
  input_begin_ = input_end_ = 0;
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (buffer_.size() > kFirstBufferBytes) buffer_.clear();
  }
  scanned_ = begin_;
  scan_ = Scan::kStart;
  state_ = State::kHead;
  max_body_ = default_max_body_;
  budget_ = &default_budget_;
}

}  // namespace wick::http
