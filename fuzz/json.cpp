#include "base/json.h"

#include <algorithm>
#include <cmath>

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

// The same value, but for the last digits of numbers that are no 64-bit integers: Boost.JSON 1.81 does not
// read those exactly.
bool is_same(const json::value& a, const json::value& b) {
  if (a.is_double() && b.is_double()) {
    const double x = a.get_double(), y = b.get_double();
    return std::abs(x - y) <= std::max(std::abs(x), std::abs(y)) * 1e-14;
  }
  if (a.is_array() && b.is_array()) {
    const auto& x = a.get_array();
    const auto& y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), is_same);
  }
  if (a.is_object() && b.is_object()) {
    const auto& y = b.get_object();
    return a.get_object().size() == y.size() &&
           std::all_of(a.get_object().begin(), a.get_object().end(), [&](const auto& member) {
             const json::value* other = y.if_contains(member.key());
             return other != nullptr && is_same(member.value(), *other);
           });
  }
  return a == b;
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
  FUZZ_CHECK(is_same(*again, *value));
  FUZZ_CHECK(is_same(parse_trusted_json(text), *value));
  const json::value copy = *value;
  FUZZ_CHECK(copy == *value);
  FUZZ_CHECK(!parse_json(text + "]"));
  if (value->is_structured() || value->is_string()) FUZZ_CHECK(!parse_json(text.substr(0, text.size() - 1)));
}

}  // namespace wick::fuzz
