// ChunkedDecoder: the chunked transfer coding (RFC 9112 §7.1), byte by byte.
//
// Internal to http/. The decoder buffers nothing, so its result does not depend on how the input is split. It
// checks, counts and drops chunk extensions and trailers. A trailer is never merged into the header (RFC 9110
// §6.5.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace wick::http {

class ChunkedDecoder {
 public:
  // `max_overhead` limits the bytes of chunk extensions, leading zeros of chunk sizes and trailers together.
  ChunkedDecoder(std::uint64_t max_body, std::uint64_t max_overhead)
      : max_body_(max_body), max_overhead_(max_overhead) {}

  enum class Step {
    kNeedMore,  // all input is consumed
    kData,      // a piece of the body
    kDone,      // body and trailers are complete; the rest of the input belongs to the next message
    kRefused,   // see status()
  };
  // Consumes bytes from the front of `input`. With kData, `data` is the piece, a view into `input`.
  Step next(std::string_view& input, std::string_view& data);
  // The status after kRefused: 400 for malformed input, 413 for a body or chunk extensions above the limit, 431
  // for trailers above the limit.
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
