// Regular expressions of ECMA-262, as JSON Schema's `pattern` and `patternProperties` have them, matched by
// RE2: in time that is linear in the text, with bounded memory.
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

// Patterns of one schema that are applied; those behind are not.
inline constexpr std::size_t kMaxPatterns = 64;
// Memory that one pattern may take, with the states that matching adds: nearly all are of the first size.
inline constexpr std::size_t kPatternBytes = 128 * 1024;
inline constexpr std::size_t kMaxPatternBytes = 2 * 1024 * 1024;
// Patterns of one schema that are tried at the second size: each takes up to 30 ms to compile.
inline constexpr std::size_t kMaxLargePatterns = 4;
// Of all compiled patterns of this process. A pattern that finds no room is not applied.
inline constexpr std::size_t kMaxAllPatternBytes = 256 * 1024 * 1024;

// The pattern in the syntax of RE2; nullopt when it uses what RE2 does not have. It is read with the flag `u`,
// but takes escapes that need none, as most authors write them. Pure; linear.
std::optional<std::string> to_re2(std::string_view pattern);

// The same pattern as ECMA-262 takes it with the flag `u`, for other programs to compile: without escapes that need none,
// and with those that are missing. nullopt: it has what only RE2 takes. `pattern` is one that can be applied. Pure; linear.
std::optional<std::string> to_unicode_mode(std::string_view pattern);

// Immutable, thread-safe.
class Pattern {
 public:
  // nullptr when the pattern cannot be applied, or is none. `large_left`: how many may still be tried at
  // kMaxPatternBytes; counted down.
  static std::unique_ptr<const Pattern> compile(std::string_view pattern, std::size_t& large_left);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Whether it matches somewhere in `text`, which is UTF-8.
  bool matches(std::string_view text) const;
  // How many steps (compiled_schema.h) matching a text of that length is worth.
  std::size_t steps(std::size_t bytes) const;

 private:
  Pattern(std::unique_ptr<re2::RE2> expression, std::size_t reserved);
  std::unique_ptr<re2::RE2> expression_;
  std::size_t reserved_;  // of kMaxAllPatternBytes
};

}  // namespace wick::json_schema
