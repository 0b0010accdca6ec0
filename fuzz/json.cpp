#include "base/json.h"

#include <algorithm>

#include "base/text.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

std::size_t depth_of(const json::value& value) {
  std::size_t deepest = 0;
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) deepest = std::max(deepest, depth_of(item));
    return deepest + 1;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) deepest = std::max(deepest, depth_of(member.value()));
    return deepest + 1;
  }
  return 0;
}

// Every member is found by its key, once.
void check_members(const json::value& value) {
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) check_members(item);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      FUZZ_CHECK(object->if_contains(member.key()) == &member.value());
      FUZZ_CHECK(is_valid_utf8(member.key()));
      check_members(member.value());
    }
  }
}

}  // namespace

// What parses is written and read again as the same value, and only whole texts parse.
void fuzz_json(std::string_view data) {
  const auto value = parse_json(data);
  if (!value) {
    FUZZ_CHECK(value.error().code == ErrorCode::kInvalidArgument && !value.error().message.empty());
    return;
  }
  FUZZ_CHECK(depth_of(*value) <= kMaxJsonDepth);
  check_members(*value);
  const std::string text = to_json(*value);
  FUZZ_CHECK(is_valid_utf8(text));
  const auto again = parse_json(text);
  FUZZ_CHECK(again);
  FUZZ_CHECK(*again == *value);
  FUZZ_CHECK(parse_trusted_json(text) == *value);
  const json::value copy = *value;
  FUZZ_CHECK(copy == *value);
  FUZZ_CHECK(!parse_json(text + "]"));
  if (value->is_structured() || is_text(*value)) FUZZ_CHECK(!parse_json(text.substr(0, text.size() - 1)));
}

}  // namespace wick::fuzz
