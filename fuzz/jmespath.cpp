#include "jmespath/jmespath.h"

#include <optional>

#include "base/json.h"
#include "rest/template_text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::size_t bytes_of(const json::value& value) {
  std::size_t out = 8;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) out += bytes_of(item);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) out += member.key().size() + bytes_of(member.value());
  }
  return out + (value.is_string() ? value.get_string().size() : 0);
}

// Only names with dots between: what they mean is told in five lines.
std::optional<json::value> plain_path(std::string_view expression, const json::value& value) {
  if (expression.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.") !=
          std::string_view::npos ||
      expression.empty() || expression.starts_with('.') || expression.ends_with('.') ||
      expression.find("..") != std::string_view::npos)
    return std::nullopt;
  const json::value* at = &value;
  for (Input names(expression); at != nullptr && !names.empty();) {
    const std::string_view name = names.until('.');
    at = at->is_object() ? at->get_object().if_contains(name) : nullptr;
  }
  return at == nullptr ? json::value(nullptr) : *at;
}

}  // namespace

// The first line is an expression, the rest a value. Its result is the same in parentheses, behind a pipe and
// as the item of a list, stays within the limits, and is what plain paths name.
void fuzz_jmespath(std::string_view data) {
  Input input(data);
  const std::string expression(input.until('\n'));
  const auto compiled = Jmespath::compile(expression);
  if (!compiled) {
    FUZZ_CHECK(compiled.error().code == ErrorCode::kInvalidArgument && !compiled.error().message.empty());
    return;
  }
  auto value = parse_json(input.rest());
  if (!value) value = json::value(nullptr);
  const auto found = compiled->search(*value);
  if (found) FUZZ_CHECK(bytes_of(*found) <= kMaxJmespathResultBytes + bytes_of(*value));
  if (const auto plain = plain_path(expression, *value)) FUZZ_CHECK(found && *found == *plain);
  for (const std::string& same : {"(" + expression + ")", expression + " | @", "[(" + expression + ")][0]",
                                  "@ | (" + expression + ")"}) {
    if (same.starts_with('[') && value->is_null()) continue;  // of null, a list of anything is null
    const auto other = Jmespath::compile(same);
    if (!other) {  // one level, or some bytes, too many
      FUZZ_CHECK(other.error().message.find("nested deeper") != std::string::npos ||
                 other.error().message.find("longer than") != std::string::npos);
      continue;
    }
    const auto result = other->search(*value);
    if (!found || !result) {
      const Error& error = found ? result.error() : found.error();
      FUZZ_CHECK(error.code == ErrorCode::kTooLarge || found.has_value() == result.has_value());
      continue;
    }
    FUZZ_CHECK(*result == *found);
  }
}

}  // namespace wick::fuzz
