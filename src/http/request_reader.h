// RequestReader: reads HTTP/1.1 requests from bytes, without a socket.
//
// Internal to http/. Not thread-safe; the budget is shared between threads.
//
// The caller puts bytes into the space of prepare(), passes their number to commit(), and calls advance() until
// it returns kNeedMore. The events depend on the bytes only: requests, bodies and rejections are the same
// however the bytes are split. Every byte is read once.
//
//   kNeedMore → prepare(), read, commit(), advance()
//   kHead     → head() is complete; set_body_limit() or drop_body() may be called; then advance()
//   kRequest  → body() is complete; after its use: drop_read_body(); after the response: next_request(), advance()
//   kRefused  → status() is the status of the rejection; nothing more can be read; the memory of a body is free
//
// head() and body() are views into memory of the reader. head() is valid until next_request(), body() until
// drop_read_body() or next_request(), whatever is read meanwhile.
//
// Memory: a buffer of kFirstBufferBytes that grows up to the header limit while a header does not fit. A body
// that does not fit into the rest of the buffer is stored separately. Its memory is reserved from the budget as
// bytes arrive.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "http/body_budget.h"
#include "http/chunked_decoder.h"
#include "http/request_head.h"

namespace wick::http {

// Uninitialised memory of known size. Counts in a budget while it has one.
class Block {
 public:
  Block() = default;
  ~Block() { clear(); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  // Resizes the memory to `size` bytes and keeps the first `kept` bytes. False, and nothing has changed, if
  // `budget` (may be null) or the system has no memory left.
  bool resize(std::size_t size, std::size_t kept, BodyBudget* budget);
  void clear();
  // Exchanges the memory of two blocks. Neither may count in a budget.
  void swap_bytes(Block& other);
  // Stops counting the memory in its budget.
  void leave_budget();

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  BodyBudget* budget_ = nullptr;
};

class RequestReader {
 public:
  static constexpr std::size_t kFirstBufferBytes = 4096;

  // Limits heads to `max_header_bytes`, from the request line to the empty line, both included (else 431).
  // Chunk extensions and trailers of one request share a second limit of the same size. Bodies above
  // `max_body_bytes` are rejected with 413, and with 503 when `budget` is used up.
  RequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes, BodyBudget& budget);

  enum class Event { kNeedMore, kHead, kRequest, kRefused };
  Event advance();

  // Space for the next bytes; not empty after kNeedMore. Commit at most its size.
  std::span<char> prepare();
  void commit(std::size_t bytes);

  const RequestHead& head() const { return head_; }
  std::string_view body() const { return body_; }
  int status() const { return status_; }
  // Whether no byte of the next request has arrived.
  bool is_idle() const { return state_ == State::kHead && begin_ == end_; }
  // After kHead: whether the whole body has arrived within its limit. Always false for a chunked body.
  bool has_whole_body() const;
  // After kHead: whether no byte of the body has arrived, so that 100 (Continue) is useful (RFC 9110 §10.1.1).
  bool awaits_continue() const;

  // After kHead: sets the limit and the budget of this request only.
  void set_body_limit(std::size_t max_body_bytes, BodyBudget& budget);
  // After kHead: discards the body of this request instead of storing it. False, and nothing has changed,
  // unless Content-Length announces at most `max_bytes`.
  bool drop_body(std::size_t max_bytes);

  // After kRequest: frees the memory of the body, so that a slow reader of the response does not hold it.
  // body() is empty afterwards; head() stays valid.
  void drop_read_body();
  // Drops the current request and invalidates its views. Bytes of the next request are kept.
  void next_request();

 private:
  enum class State { kHead, kHeadReady, kInBuffer, kInBody, kDropped, kChunked, kDone, kRefused };
  enum class Scan { kStart, kStartLf, kLine, kLineLf, kLineBegin, kEndLf };

  Event refuse(int status);
  Event scan_head();
  Scan after(char c);
  Event begin_body();
  Event read_dropped();
  Event read_chunks();
  // Makes space for `bytes` more bytes in store_, up to `max_bytes` in total. Returns 0, or the status to
  // reject with.
  int grow_store(std::size_t bytes, std::size_t max_bytes);
  std::size_t unread() const { return end_ - begin_; }

  const std::size_t max_header_, default_max_body_;
  BodyBudget& default_budget_;

  Block buffer_;  // [begin_, end_): bytes read from the socket and not consumed
  std::size_t begin_ = 0, end_ = 0;
  std::size_t scanned_ = 0;  // of the head, from the start of buffer_
  State state_ = State::kHead;
  Scan scan_ = Scan::kStart;

  RequestHead head_;
  std::string_view body_;
  int status_ = 0;
  std::size_t max_body_;
  BodyBudget* budget_;
  std::uint64_t left_ = 0;  // bytes of a body still to drop
  Block store_;             // a body that is not in buffer_
  std::size_t stored_ = 0;
  ChunkedDecoder chunks_;
  Block input_;  // of a chunked body, instead of buffer_, which holds the head
  std::size_t input_begin_ = 0, input_end_ = 0;
};

}  // namespace wick::http
