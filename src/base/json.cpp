#include "base/json.h"

#include <algorithm>
#include <charconv>

namespace wick {
namespace {

// Subtracts the size from `left`. False if `left` is too small.
bool take(std::size_t bytes, std::size_t& left) {
  if (bytes > left) return false;
  left -= bytes;
  return true;
}

bool fits(const json::object& object, std::size_t& left);

bool fits(const json::value& value, std::size_t& left) {
  if (value.is_string()) return take(value.get_string().size() + 3, left);
  if (value.is_object()) return fits(value.get_object(), left);
  if (value.is_array()) {
    for (const auto& item : value.get_array()) {
      if (!fits(item, left)) return false;
    }
  }
  return take(6, left);
}

bool fits(const json::object& object, std::size_t& left) {
  for (const auto& member : object) {
    if (!take(member.key().size() + 4, left) || !fits(member.value(), left)) return false;
  }
  return take(2, left);
}

}  // namespace

bool is_larger_than(const json::value& value, std::size_t bytes) {
  return !fits(value, bytes);
}
bool is_larger_than(const json::object& object, std::size_t bytes) {
  return !fits(object, bytes);
}

namespace {

std::unexpected<Error> wrong_type(std::string_view field, const char* expected) {
  return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" must be " + expected + ".");
}

}  // namespace

Result<std::string> required_string(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr)
    return fail(ErrorCode::kInvalidArgument, "\"" + std::string(field) + "\" is missing.");
  if (!is_text(*value)) return wrong_type(field, "text");
  return std::string(value->get_string());
}

Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!is_text(*value)) return wrong_type(field, "text");
  return std::string(value->get_string());
}

Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_bool()) return wrong_type(field, "true or false");
  return value->get_bool();
}

Result<std::optional<std::int64_t>> optional_int(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto number = int64_of(*value);
  if (!number) return wrong_type(field, "a whole number");
  return *number;
}

std::string text_or_empty(const json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  return value != nullptr && is_text(*value) ? std::string(std::string_view(value->get_string())) : "";
}

Result<void> only_fields(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& member : object) {
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end()) {
      return fail(ErrorCode::kInvalidArgument,
                  "\"" + std::string(member.key()) + "\" is not a known field here.");
    }
  }
  return {};
}

std::int64_t positive_int_or(const json::object& object, std::string_view key, std::int64_t default_value,
                             std::int64_t max) {
  const auto* value = object.if_contains(key);
  const auto number = value == nullptr ? std::nullopt : int64_of(*value);
  return number ? std::clamp<std::int64_t>(*number, 1, max) : default_value;
}

bool bool_or_false(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object* object_or_null(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

std::string plain_text(const json::value& value) {
  if (is_number(value)) return plain_number_text(value);
  return value.is_string() ? std::string(std::string_view(value.get_string())) : to_json(value);
}

namespace {

// One step of a JSON Pointer: "~1" is a slash, "~0" a tilde.
std::string unescaped(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    const bool escape = step[i] == '~' && i + 1 < step.size();
    out += !escape ? step[i] : step[i + 1] == '1' ? '/' : '~';
    i += escape;
  }
  return out;
}

}  // namespace

const json::value* at_pointer(const json::value& value, std::string_view pointer) {
  const json::value* at = &value;
  while (at != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    const auto next = pointer.find('/', 1);
    const std::string key = unescaped(pointer.substr(1, next == std::string_view::npos ? next : next - 1));
    pointer = next == std::string_view::npos ? std::string_view() : pointer.substr(next);
    if (at->is_object()) {
      at = at->get_object().if_contains(key);
    } else if (at->is_array()) {
      std::size_t index = 0;
      const auto parsed = std::from_chars(key.data(), key.data() + key.size(), index);
      const bool good = parsed.ec == std::errc() && parsed.ptr == key.data() + key.size();
      at = good && index < at->get_array().size() ? &at->get_array()[index] : nullptr;
    } else {
      at = nullptr;
    }
  }
  return at;
}

}  // namespace wick
