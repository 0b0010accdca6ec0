// What others compressed, by zlib: Beast's port of it misses the end of some streams that have no padding behind them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::http {

// Raw DEFLATE (RFC 1951), at most `max_bytes`: a few bytes can hold a thousand times as many.
// Errors: kTooLarge         it holds more
//         kInvalidArgument  it is not a whole stream
Result<std::string> inflate(std::string_view deflated, std::size_t max_bytes);

inline constexpr std::size_t kInflatedPieceBytes = 16 * 1024;

// A body of the content coding gzip or deflate (RFC 9110 §8.4.1), piece by piece. Not thread-safe.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  // The next piece, at most kInflatedPieceBytes; takes from `deflated` what it has read. Empty: more is needed.
  // Errors: kUpstream  it is not compressed so
  Result<std::string> next(std::string_view& deflated);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wick::http
