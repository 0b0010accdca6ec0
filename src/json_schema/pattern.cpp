#include "json_schema/pattern.h"

#include <re2/re2.h>

#include <atomic>

namespace wick::json_schema {
namespace {

// Instructions of the compiled pattern times bytes of text: the worst case of RE2.
constexpr std::size_t kWorkOfAStep = 1024;

std::atomic<std::size_t> reserved_bytes = 0;

bool reserve(std::size_t bytes) {
  if (reserved_bytes.fetch_add(bytes) + bytes <= kMaxAllPatternBytes) return true;
  reserved_bytes.fetch_sub(bytes);
  return false;
}

}  // namespace

std::unique_ptr<const Pattern> Pattern::compile(std::string_view pattern, std::size_t& large_left) {
  const auto translated = to_re2(pattern);
  if (!translated) return nullptr;
  for (const std::size_t bytes : {kPatternBytes, kMaxPatternBytes}) {
    if (!reserve(bytes)) return nullptr;
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(static_cast<std::int64_t>(bytes));
    auto expression = std::make_unique<RE2>(*translated, options);
    if (expression->ok()) return std::unique_ptr<const Pattern>(new Pattern(std::move(expression), bytes));
    reserved_bytes.fetch_sub(bytes);
    if (expression->error_code() != RE2::ErrorPatternTooLarge || large_left == 0) return nullptr;
    if (bytes == kPatternBytes) --large_left;
  }
  return nullptr;
}

Pattern::Pattern(std::unique_ptr<re2::RE2> expression, std::size_t reserved)
    : expression_(std::move(expression)), reserved_(reserved) {}

Pattern::~Pattern() {
  reserved_bytes.fetch_sub(reserved_);
}

bool Pattern::matches(std::string_view text) const {
  return expression_->Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::size_t Pattern::steps(std::size_t bytes) const {
  return 1 + bytes * static_cast<std::size_t>(expression_->ProgramSize()) / kWorkOfAStep;
}

}  // namespace wick::json_schema
