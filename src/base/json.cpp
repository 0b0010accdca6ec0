#include "base/json.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

namespace wick {
namespace {

bool is_finite(const json::value& value) {
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* list = value.if_array()) return std::all_of(list->begin(), list->end(), is_finite);
  const auto* object = value.if_object();
  return object == nullptr || std::all_of(object->begin(), object->end(),
                                          [](const auto& member) { return is_finite(member.value()); });
}

}  // namespace

Result<json::value> parse_json(std::string_view text, json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  unsigned char scratch[4096];
  json::parser parser(std::move(storage), options, scratch);
  json::error_code ec;
  const std::size_t parsed = parser.write(text.data(), text.size(), ec);
  if (ec == json::error::too_deep) {
    return fail(ErrorCode::kInvalidArgument,
                "The JSON is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels.");
  }
  if (ec) {
    return fail(ErrorCode::kInvalidArgument,
                "This is not valid JSON (" + ec.message() + " near byte " + std::to_string(parsed) + ").");
  }
  json::value value = parser.release();
  // Boost takes 1e400 for infinity, which JSON cannot say again.
  if (!is_finite(value))
    return fail(ErrorCode::kInvalidArgument,
                "A number in the JSON is too large: at most 1.8e308 can be read.");
  return value;
}

json::value parse_trusted_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 4 * kMaxJsonDepth;  // what was let in stands inside of what is our own
  json::error_code ec;
  json::value value = json::parse(text, ec, {}, options);
  if (ec) return json::value(nullptr);
  return value;
}

std::string to_json(const json::value& value) {
  return json::serialize(value);
}
std::string to_json(const json::object& object) {
  return json::serialize(object);
}
std::string to_json(const json::array& array) {
  return json::serialize(array);
}

namespace {

// Takes what is needed from `left`; false when that is not enough.
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
  if (!value->is_string()) return wrong_type(field, "text");
  return std::string(value->get_string());
}

Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view field) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_string()) return wrong_type(field, "text");
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
  if (!value->is_int64()) return wrong_type(field, "a whole number");
  return value->get_int64();
}

std::string text_or_empty(const json::object& object, std::string_view field) {
  const auto* value = object.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string())) : "";
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

}  // namespace wick
