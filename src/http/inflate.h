// Raw DEFLATE (RFC 1951) of others, by zlib: Beast's port of it misses the end of some streams that have no
// padding behind them. Pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick::http {

// At most `max_bytes`: a few bytes can hold a thousand times as many.
// Errors: kTooLarge         it holds more
//         kInvalidArgument  it is not a whole stream
Result<std::string> inflate(std::string_view deflated, std::size_t max_bytes);

}  // namespace wick::http
