// Result<T> and Error: how a function says what can happen to correct code (bad input, absent, forbidden,
// upstream down). WICK_ASSERT is for what cannot happen. An Error becomes HTTP, JSON-RPC or command-line
// text in exactly one place each (api/errors, mcp/message, app/cli).
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace wick {

enum class ErrorCode {
  kInvalidArgument,
  kUnauthenticated,
  kSessionRequired,
  kForbidden,
  kNotFound,
  kConflict,
  kLimit,        // a named limit of the server is reached; waiting does not help
  kRateLimited,  // waiting helps: Error::retry_after_seconds
  kTooLarge,
  kUnsupportedMediaType,
  kPolicy,
  kTimeout,
  kUpstream,     // the connected system failed or answered with an error
  kUnavailable,  // this server cannot do it now (disk full, shutting down)
  kInternal,
};

// The stable name a program may compare with, for example "invalid_argument".
const char* error_code_name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;          // a sentence for the person who can fix it
  int retry_after_seconds = 0;  // for kRateLimited
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message), 0});
}
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace wick

#define WICK_ASSERT(expression) \
  (static_cast<bool>(expression) ? void(0) : ::wick::assertion_failed(#expression, __FILE__, __LINE__))
