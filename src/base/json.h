// JSON helpers: bounded parsing of outside bytes, and typed access whose errors name the field.
//
// Boost.JSON's value type is used everywhere; its parser is compiled only in json.cpp.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

namespace json = boost::json;

// Deeper nesting than this is refused before it can cost stack.
inline constexpr std::size_t kMaxJsonDepth = 64;

// Strict RFC 8259: valid UTF-8, one value, no trailing bytes, no duplicate-key tricks beyond last-wins.
// Errors: kInvalidArgument with what is wrong and near which byte.
Result<json::value> parse_json(std::string_view text, json::storage_ptr storage = {});
// The same without copying into anything but `storage`, for trusted text of our own database.
json::value parse_trusted_json(std::string_view text);
std::string to_json(const json::value& value);
// Without the copy that making a value of it would be.
std::string to_json(const json::object& object);
std::string to_json(const json::array& array);

// Whether the value's text would be longer than that, at a guess; looks at no more of it than it has to.
bool is_larger_than(const json::value& value, std::size_t bytes);
bool is_larger_than(const json::object& object, std::size_t bytes);

// Typed fields of an object. Absent optional fields give nullopt; a wrong type or an absent required field
// gives kInvalidArgument that names the field.
Result<std::string> required_string(const json::object& object, std::string_view field);
Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view field);
Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view field);
Result<std::optional<std::int64_t>> optional_int(const json::object& object, std::string_view field);
// The text, or nothing when it is absent or something else: for documents of others, which we only read.
std::string text_or_empty(const json::object& object, std::string_view field);
// kInvalidArgument naming the first field of `object` that is not in `known`.
Result<void> only_fields(const json::object& object, std::initializer_list<std::string_view> known);

}  // namespace wick
