#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "connectors/schema_validator.h"
#include "targets.h"

namespace wick::fuzz {
namespace {

constexpr std::array<std::string_view, 9> kKnown = {
    "type", "properties", "required", "items", "uniqueItems", "maxItems", "allOf", "anyOf", "description"};

bool is_integer(const json::value& value) {
  return value.is_int64() || value.is_uint64();
}

std::optional<bool> has_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "null") return value.is_null();
  if (type == "number" || type == "integer") {
    if (value.is_double())
      return type == "number" ? std::optional(true) : std::nullopt;  // 1.0: left to valijson
    return is_integer(value);
  }
  return std::nullopt;
}

// Whether `value` fits; nullopt where the schema says something that is not known here.
std::optional<bool> fits(const json::value& schema, const json::value& value) {
  const auto* object = schema.if_object();
  if (object == nullptr) return std::nullopt;
  bool good = true;
  for (const auto& member : *object) {
    const std::string_view key = member.key();
    const json::value& said = member.value();
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) return std::nullopt;
    if (key == "type") {
      if (!said.is_string()) return std::nullopt;
      const auto right = has_type(value, said.get_string());
      if (!right) return std::nullopt;
      good = good && *right;
    } else if (key == "properties") {
      if (!said.is_object()) return std::nullopt;
      for (const auto& property : said.get_object()) {
        const auto* found = value.is_object() ? value.get_object().if_contains(property.key()) : nullptr;
        const auto right = fits(property.value(), found == nullptr ? json::value() : *found);
        if (!right) return std::nullopt;
        good = good && (found == nullptr || *right);
      }
    } else if (key == "required") {
      if (!said.is_array()) return std::nullopt;
      for (const auto& name : said.get_array()) {
        if (!name.is_string()) return std::nullopt;
        if (value.is_object()) good = good && value.get_object().contains(name.get_string());
      }
    } else if (key == "items") {
      if (!fits(said, nullptr)) return std::nullopt;
      if (!value.is_array()) continue;
      for (const auto& item : value.get_array()) {
        const auto right = fits(said, item);
        if (!right) return std::nullopt;
        good = good && *right;
      }
    } else if (key == "uniqueItems") {
      if (!said.is_bool()) return std::nullopt;
      if (!said.get_bool() || !value.is_array()) continue;
      const json::array& items = value.get_array();
      for (std::size_t i = 0; i < items.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
          if (items[i].is_double() || items[i].is_structured()) return std::nullopt;
          good = good && items[i] != items[k];
        }
      }
    } else if (key == "maxItems") {
      if (!said.is_int64() || said.get_int64() < 0) return std::nullopt;
      if (value.is_array()) good = good && value.get_array().size() <= std::size_t(said.get_int64());
    } else if (key == "allOf" || key == "anyOf") {
      if (!said.is_array() || said.get_array().empty()) return std::nullopt;
      bool any = false, all = true;
      for (const auto& branch : said.get_array()) {
        const auto right = fits(branch, value);
        if (!right) return std::nullopt;
        any = any || *right;
        all = all && *right;
      }
      good = good && (key == "allOf" ? all : any);
    }
  }
  return good;
}

}  // namespace

// The first line is a schema, the rest the arguments. Whatever the two are, it ends within the steps allowed;
// where a schema says only what the reference above knows, both say the same.
void fuzz_schema(std::string_view data) {
  Input input(data);
  const auto schema = parse_json(input.until('\n'));
  if (!schema || !schema->is_object()) return;
  const auto sound = check_schema(schema->get_object());
  if (!sound) {
    FUZZ_CHECK(!sound.error().message.empty());
    return;
  }
  auto arguments = parse_json(input.rest());
  const json::object given = arguments && arguments->is_object() ? arguments->get_object() : json::object();
  const auto checked = check_arguments(schema->get_object(), to_json(*schema), given);
  if (!checked) FUZZ_CHECK(!checked.error().message.empty());
  const auto expected = fits(*schema, given);
  const bool gave_up = !checked && checked.error().code == ErrorCode::kTooLarge;
  if (expected && !gave_up) FUZZ_CHECK(checked.has_value() == *expected);
}

}  // namespace wick::fuzz
