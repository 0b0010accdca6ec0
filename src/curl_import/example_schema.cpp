#include "curl_import/example_schema.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"

namespace wick {

const char* json_type(const json::value& value) {
  switch (value.kind()) {
    case json::kind::bool_:
      return "boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "integer";
    case json::kind::double_:
      return "number";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
    default:
      return !is_long_number(value) ? "string" : is_integer(value) ? "integer" : "number";
  }
}

json::value value_of_text(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (text.size() <= 15 && std::from_chars(text.data(), end, whole).ptr == end &&
      std::to_string(whole) == text)
    return whole;
  double number = 0;
  if (!text.empty() && text.size() <= 15 && text.find_first_not_of("-0123456789.") == std::string::npos &&
      std::from_chars(text.data(), end, number).ptr == end && plain_text(number) == text) {
    return number;
  }
  return json::value(text);
}

json::object schema_of_example(const json::value& value) {
  json::object out;
  if (value.is_null()) return out;
  out["type"] = json_type(value);
  if (value.is_object()) {
    json::object properties;
    for (const auto& member : value.get_object())
      properties[member.key()] = schema_of_example(member.value());
    out["properties"] = std::move(properties);
  }
  if (value.is_array() && !value.get_array().empty()) {
    const auto& items = value.get_array();
    const bool alike = std::all_of(items.begin(), items.end(), [&](const json::value& each) {
      return each.kind() == items.front().kind() && !each.is_object();
    });
    if (alike) out["items"] = schema_of_example(items.front());
    if (items.front().is_object()) {
      // Members of only some items are included too, and nothing is required.
      json::object all;
      for (const auto& item : items) {
        if (!item.is_object()) return out;
        for (const auto& member : item.get_object()) {
          const json::object other = schema_of_example(member.value());
          const auto* known = all.if_contains(member.key());
          if (known != nullptr && *known != other) {
            all[member.key()] = json::object();
          } else {
            all[member.key()] = other;
          }
        }
      }
      out["items"] = json::object{{"type", "object"}, {"properties", std::move(all)}};
    }
  }
  return out;
}

}  // namespace wick
