// Result<T> and Error: functions return an Error for every failure that correct code can meet, such as invalid
// input, a missing or forbidden entity, or a connected system that is down. WICK_ASSERT is for conditions that
// always hold.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <type_traits>
#include <utility>

namespace wick {

enum class ErrorCode {
  kInvalidArgument,
  kUnauthenticated,
  kSessionRequired,
  kForbidden,
  kNotFound,
  kConflict,
  kLimit,        // a named limit is reached; waiting does not help
  kRateLimited,  // waiting helps, see Error::retry_after
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
  std::string message;                 // a sentence for the person who can fix it
  std::chrono::seconds retry_after{};  // for kRateLimited and kUnavailable; 0: unknown
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message), {}});
}
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}
// For input that cannot be accepted; the message says what to change.
inline std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

// For WICK_CHECK. A value that cannot be copied owns something, such as a lock: it is named by WICK_TRY, because WICK_CHECK
// would destroy it at once.
template <typename R>
bool is_failure(const std::remove_reference_t<R>& result) {
  using Value = typename std::remove_cvref_t<R>::value_type;
  static_assert(std::is_lvalue_reference_v<R> || std::is_void_v<Value> || std::is_copy_constructible_v<Value>,
                "WICK_CHECK drops the value: name it with WICK_TRY");
  return !result;
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace wick

// Declares `name` as the value of an expression of the type Result<T>, or returns the error from the enclosing function:
//   WICK_TRY(token, find_token(id));
// The expression comes last, so that it may contain commas. The CO_ forms are for coroutines.
#define WICK_TRY(name, ...)                                                     \
  auto name##_result = __VA_ARGS__;                                             \
  if (!name##_result) return std::unexpected(std::move(name##_result.error())); \
  [[maybe_unused]] auto& name = *name##_result
#define WICK_CO_TRY(name, ...)                                                     \
  auto name##_result = __VA_ARGS__;                                                \
  if (!name##_result) co_return std::unexpected(std::move(name##_result.error())); \
  [[maybe_unused]] auto& name = *name##_result

// Returns the error of a Result from the enclosing function; a value is ignored: WICK_CHECK(check_name(name));
#define WICK_CHECK(...) WICK_CHECK_NAMED(return, WICK_CONCAT(checked_, __COUNTER__), __VA_ARGS__)
#define WICK_CO_CHECK(...) WICK_CHECK_NAMED(co_return, WICK_CONCAT(checked_, __COUNTER__), __VA_ARGS__)
#define WICK_CHECK_NAMED(leave, checked, ...)                                       \
  if (auto&& checked = __VA_ARGS__; ::wick::is_failure<decltype(checked)>(checked)) \
  leave std::unexpected(std::move(checked.error()))
#define WICK_CONCAT(a, b) WICK_CONCAT_EXPANDED(a, b)
#define WICK_CONCAT_EXPANDED(a, b) a##b

#define WICK_ASSERT(expression) \
  (static_cast<bool>(expression) ? void(0) : ::wick::assertion_failed(#expression, __FILE__, __LINE__))
