// Rewrites patterns into the form that ECMA-262 §22.2.1 requires with the flag `u`. Authors often write the
// form that is valid without the flag.
#include <algorithm>

#include "json_schema/pattern.h"

#include "base/ascii.h"

namespace wick::json_schema {
namespace {

constexpr std::string_view kSyntax = R"(^$\.*+?()[]{}|/)";

// The length of {2}, {2,} or {2,3} at the start; 0 if there is none.
std::size_t quantifier_size(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == 1) return 0;
  if (at < text.size() && text[at] == ',') ++at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at < text.size() && text[at] == '}' ? at + 1 : 0;
}

class Speller {
 public:
  explicit Speller(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> run() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '\\') {
        escape(kSyntax);
      } else if (c == '[') {
        brackets();
      } else if (rest_.starts_with("(?i")) {
        return std::nullopt;
      } else if (const std::size_t size = c == '{' && !out_.empty() ? quantifier_size(rest_) : 0; size > 0) {
        take(size);
      } else {
        if (c == '{' || c == '}' || c == ']') out_ += '\\';
        take(1);
      }
    }
    return std::move(out_);
  }

 private:
  void take(std::size_t size) {
    out_ += rest_.substr(0, size);
    rest_.remove_prefix(std::min(size, rest_.size()));
  }

  // Whether it was a set, such as \d. `syntax`: what a backslash may stand before.
  bool escape(std::string_view syntax) {
    const char escaped = rest_.size() > 1 ? rest_[1] : '\\';
    if (!is_alphanumeric(escaped)) {
      if (syntax.find(escaped) == std::string_view::npos) rest_.remove_prefix(1);
      take(syntax.find(escaped) == std::string_view::npos ? 1 : 2);
      return false;
    }
    const bool is_property = escaped == 'p' || escaped == 'P';
    const bool has_braces = (is_property || escaped == 'u') && rest_.substr(2).starts_with('{');
    take(has_braces ? std::min(rest_.find('}'), rest_.size() - 1) + 1 : 2);
    return is_property || std::string_view("dDwWsS").find(escaped) != std::string_view::npos;
  }

  void brackets() {
    take(rest_.starts_with("[^") ? 2 : 1);
    const std::string syntax = std::string(kSyntax) + "-";
    bool after_set = false;
    for (bool is_first = true; !rest_.empty(); is_first = false) {
      const char c = rest_.front();
      if (c == ']') return take(1);
      if (c == '\\') {
        after_set = escape(syntax);
        continue;
      }
      // Next to a set the hyphen is a literal, which must be escaped.
      const bool before_set = rest_.size() > 2 && rest_[1] == '\\' &&
                              std::string_view("dDwWsSpP").find(rest_[2]) != std::string_view::npos;
      if (c == '-' && !is_first && !rest_.starts_with("-]") && (after_set || before_set)) out_ += '\\';
      take(1);
      after_set = false;
    }
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::optional<std::string> to_unicode_mode(std::string_view pattern) {
  return Speller(pattern).run();
}

}  // namespace wick::json_schema
