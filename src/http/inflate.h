// Decompression by zlib. Beast's port of zlib misses the end of some streams without padding after them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::http {

// Decompresses raw DEFLATE (RFC 1951) to at most `max_bytes`: a few bytes can hold a thousand times as many.
// Errors: kTooLarge         the result is larger
//         kInvalidArgument  the stream is incomplete or malformed
Result<std::string> inflate(std::string_view deflated, std::size_t max_bytes);

inline constexpr std::size_t kInflatedPieceBytes = 16 * 1024;

// Decompresses a body with the content coding gzip or deflate (RFC 9110 §8.4.1) piece by piece. Not
// thread-safe.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // Returns the next piece of at most kInflatedPieceBytes, and removes the consumed bytes from `deflated`.
  // Empty: more input is needed.
  // Errors: kUpstream  the body is not compressed in this way
  Result<std::string> next(std::string_view& deflated);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wick::http
