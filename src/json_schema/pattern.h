// Regular expressions of ECMA-262, for `pattern` and `patternProperties`. RE2 matches them in linear time with
// bounded memory.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace wick::json_schema {

// The number of patterns of one schema that are applied; further ones are ignored.
inline constexpr std::size_t kMaxPatterns = 64;
// The memory of one pattern, including the states that matching adds. Nearly all patterns fit the first size.
inline constexpr std::size_t kPatternBytes = 128 * 1024;
inline constexpr std::size_t kMaxPatternBytes = 2 * 1024 * 1024;
// The number of patterns of one schema that are tried at the second size. Each takes up to 30 ms to compile.
inline constexpr std::size_t kMaxLargePatterns = 4;
// The memory of all compiled patterns of this process. A pattern that does not fit is not applied.
inline constexpr std::size_t kMaxAllPatternBytes = 256 * 1024 * 1024;

// The pattern in the syntax of RE2; nullopt if RE2 lacks a feature of the pattern. The pattern is read with the
// flag `u`, but unnecessary escapes are accepted, because most authors write them. Pure; linear.
std::optional<std::string> to_re2(std::string_view pattern);

// The pattern in the form that ECMA-262 requires with the flag `u`, for other programs: without unnecessary
// escapes, and with missing ones added. `pattern` must be applicable. nullopt if the pattern has a feature of
// RE2 only. Pure; linear.
std::optional<std::string> to_unicode_mode(std::string_view pattern);

// Immutable, thread-safe.
class Pattern {
 public:
  // nullptr if the pattern is invalid or cannot be applied. `large_left` is the number of patterns that may
  // still be tried at kMaxPatternBytes; it is counted down.
  static std::unique_ptr<const Pattern> compile(std::string_view pattern, std::size_t& large_left);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Whether the pattern matches anywhere in `text`, which is UTF-8.
  bool matches(std::string_view text) const;
  // The steps (compiled_schema.h) that matching a text of this length costs.
  std::size_t steps(std::size_t bytes) const;

 private:
  Pattern(std::unique_ptr<re2::RE2> expression, std::size_t reserved);
  std::unique_ptr<re2::RE2> expression_;
  std::size_t reserved_;  // of kMaxAllPatternBytes
};

}  // namespace wick::json_schema
