// JSON helpers: bounded parsing of outside bytes, and typed access whose errors name the field.
//
// Boost.JSON's value type is used everywhere; only parse_json() and to_json() read and write it, because its own parser
// rounds doubles and refuses half a surrogate pair, and its serializer writes 1.5 as 1.5E0. Numbers are kept exactly, see
// base/json_number.h. All functions are thread-safe.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_number.h"
#include "base/result.h"

namespace wick {

namespace json = boost::json;

// Deeper nesting than this is refused before it can cost stack.
inline constexpr std::size_t kMaxJsonDepth = 64;

enum class InvalidUtf8 { kRefuse, kReplace };

// RFC 8259: one value, no trailing bytes, of repeated keys the last counts. A byte order mark at the beginning is
// skipped (§8.1), and half a surrogate pair, such as "\ud83d" alone (§8.2), becomes U+FFFD. Invalid UTF-8 is refused,
// or each ill-formed sequence becomes U+FFFD: kReplace is for responses of others, which nobody can send better.
// Errors: kInvalidArgument with what is wrong and near which byte; also for a number above kMaxNumberChars or
// kMaxNumberExponent.
Result<json::value> parse_json(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::kRefuse);
// For trusted text of our own database; null when it is not JSON.
json::value parse_trusted_json(std::string_view text);

// Compact, and always valid UTF-8: ill-formed sequences in strings become U+FFFD. Doubles are finite.
std::string to_json(const json::value& value);
// Without the copy that making a value of it would be.
std::string to_json(const json::object& object);
std::string to_json(const json::array& array);
// The text as a JSON string, with its quotes.
std::string to_json_string(std::string_view text);

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
// The whole number, not below 1 and not above `max`; `default_value` when it is absent or something else.
std::int64_t positive_int_or(const json::object& object, std::string_view field, std::int64_t default_value,
                             std::int64_t max);
bool bool_or_false(const json::object& object, std::string_view field);
const json::object* object_or_null(const json::object& object, std::string_view field);
// A value as plain text: a string as it is, a number in its shortest form (100000.0 is "100000"), anything else as JSON.
std::string plain_text(const json::value& value);
// The part of `value` at a JSON Pointer (RFC 6901); nullptr when there is none.
const json::value* at_pointer(const json::value& value, std::string_view pointer);
// kInvalidArgument naming the first field of `object` that is not in `known`.
Result<void> only_fields(const json::object& object, std::initializer_list<std::string_view> known);

}  // namespace wick
