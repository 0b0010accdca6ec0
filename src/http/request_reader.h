// RequestReader: HTTP/1.1 requests out of bytes, without a socket.
//
// Used only inside http/. Not thread-safe; the budget is shared between threads.
//
// The caller puts bytes where prepare() says, tells commit() how many, and calls advance() until it returns
// kNeedMore. The events depend on the bytes alone: however they are cut into pieces, the requests, their
// bodies and the refusal are the same. Every byte is looked at once.
//
//   kNeedMore → prepare(), read, commit(), advance()
//   kHead     → head() is there; set_body_limit() or drop_body() may be called; then advance()
//   kRequest  → body() is there too; when it has been used: drop_read_body(); when the response has been
//               sent: next_request(), then advance()
//   kRefused  → status() says how to refuse; nothing can be read any more, and the memory of a body is free
//
// head() and body() are views into memory of the reader. They stay where they are, whatever is read
// meanwhile, until next_request(); body() only until drop_read_body().
//
// Memory: a buffer of kFirstBufferBytes that grows up to the header limit while a header does not fit. A body
// that does not fit the rest of it is kept apart, and that memory is reserved from the budget as bytes
// arrive.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "http/body_budget.h"
#include "http/chunked_decoder.h"
#include "http/request_head.h"

namespace wick::http {

// Memory that is not initialised and knows its size; counted in a budget while it has one.
class Block {
 public:
  Block() = default;
  ~Block() { clear(); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  // Gives it `size` bytes, of which the first `kept` are those that it had. False, and nothing has changed,
  // when `budget` (may be null) or the system has no memory left.
  bool resize(std::size_t size, std::size_t kept, BodyBudget* budget);
  void clear();
  // Hands the memory over. Neither of them may be counted in a budget.
  void swap_bytes(Block& other);
  // From here on the memory is not counted any more.
  void leave_budget();

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  BodyBudget* budget_ = nullptr;
};

class RequestReader {
 public:
  static constexpr std::size_t kFirstBufferBytes = 4096;

  // Reads heads of up to `max_header_bytes`, from the request line to the empty line, both included; above:
  // 431. Chunk extensions and trailers of one request share a second such limit. Bodies above
  // `max_body_bytes` are refused with 413; when `budget` is used up: 503.
  RequestReader(std::size_t max_header_bytes, std::size_t max_body_bytes, BodyBudget& budget);

  enum class Event { kNeedMore, kHead, kRequest, kRefused };
  Event advance();

  // Room for the next bytes; not empty after kNeedMore. Commit at most as many as there is room for.
  std::span<char> prepare();
  void commit(std::size_t bytes);

  const RequestHead& head() const { return head_; }
  std::string_view body() const { return body_; }
  int status() const { return status_; }
  // No byte of the next request has arrived.
  bool is_idle() const { return state_ == State::kHead && begin_ == end_; }
  // After kHead: the whole body has arrived too and is within its limit. Never so for a chunked one.
  bool has_whole_body() const;
  // After kHead: no byte of a body has arrived, so that 100 (Continue) makes sense (RFC 9110 §10.1.1).
  bool awaits_continue() const;

  // After kHead. The limit is of this request alone, and so is the budget.
  void set_body_limit(std::size_t max_body_bytes, BodyBudget& budget);
  // After kHead, when the body is not wanted: the bytes of this request are dropped instead of kept.
  // False, and nothing has changed, unless the request says by Content-Length that at most `max_bytes`
  // follow.
  bool drop_body(std::size_t max_bytes);

  // After kRequest: gives the memory of the body back, which a slow reader of the response would hold
  // otherwise. body() is empty from here on, head() stays.
  void drop_read_body();
  // Drops the current request and the views of it; what the client sent behind it is kept.
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
  // Makes room for `more` bytes in store_. 0, or the status to refuse with.
  int grow_store(std::size_t more, std::size_t most);
  std::size_t unread() const { return end_ - begin_; }

  const std::size_t max_header_, default_max_body_;
  BodyBudget& default_budget_;

  Block buffer_;  // [begin_, end_): what has been read from the socket and not consumed
  std::size_t begin_ = 0, end_ = 0;
  std::size_t scanned_ = 0;  // of the head, from the start of buffer_
  State state_ = State::kHead;
  Scan scan_ = Scan::kStart;

  RequestHead head_;
  std::string_view body_;
  int status_ = 0;
  std::size_t max_body_;
  BodyBudget* budget_;
  std::uint64_t left_ = 0;  // of a body to drop
  Block store_;             // a body that is not in buffer_
  std::size_t stored_ = 0;
  ChunkedDecoder chunks_;
  Block input_;  // of a chunked body, instead of buffer_, which holds the head
  std::size_t input_begin_ = 0, input_end_ = 0;
};

}  // namespace wick::http
