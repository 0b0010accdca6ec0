// ChunkedDecoder: the chunked transfer coding (RFC 9112 §7.1), one byte after the other.
//
// Used only inside http/. It keeps no bytes, so its result cannot depend on how they are cut. Chunk
// extensions and trailers are checked, counted and dropped: a trailer is never merged into the header (RFC
// 9110 §6.5.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace wick::http {

class ChunkedDecoder {
 public:
  // `max_overhead`: bytes of chunk extensions, of zeros before chunk sizes and of trailers, all together.
  ChunkedDecoder(std::uint64_t max_body, std::uint64_t max_overhead)
      : max_body_(max_body), max_overhead_(max_overhead) {}

  enum class Step {
    kNeedMore,  // all of the input is taken
    kData,      // a piece of the body
    kDone,      // the body and its trailers are over; the rest of the input belongs to the next message
    kRefused,   // see status()
  };
  // Takes bytes off the front of `input`. `data`: the piece, inside of what was `input`.
  Step next(std::string_view& input, std::string_view& data);
  // Of a refusal: 400 not the grammar, 413 the body or the chunk extensions are too large, 431 the trailers
  // are.
  int status() const { return status_; }

 private:
  enum class State {
    kSize,
    kMoreSize,
    kExtension,
    kSizeEnd,
    kData,
    kDataEnd,
    kDataEndLf,
    kTrailer,
    kTrailerName,
    kTrailerValue,
    kTrailerEnd,
    kEnd,
  };
  State after(char c);
  State after_size(char c);
  State after_trailer(char c);
  State refuse(int status);
  State count(State next, int status);

  std::uint64_t max_body_, max_overhead_;
  std::uint64_t body_ = 0;      // announced by the chunks before
  std::uint64_t size_ = 0;      // of the chunk whose size is being read
  std::uint64_t left_ = 0;      // of the chunk whose data is being read
  std::uint64_t overhead_ = 0;  // as max_overhead counts
  int status_ = 0;
  State state_ = State::kSize;
  bool done_ = false;
};

}  // namespace wick::http
