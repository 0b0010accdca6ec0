// JSON helpers: bounded parsing of untrusted bytes, and typed access with errors that name the field.
//
// All code uses the value type of Boost.JSON, but only parse_json() and to_json() read and write it: the
// library's parser rounds doubles and rejects unpaired surrogates, and its serializer writes 1.5 as 1.5E0.
// Numbers keep their exact value, see base/json_number.h. All functions are thread-safe.
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

// The parser rejects deeper nesting, which bounds the stack.
inline constexpr std::size_t kMaxJsonDepth = 64;

enum class InvalidUtf8 { kRefuse, kReplace };

// Parses one JSON value (RFC 8259) without trailing bytes. Of repeated keys, the last one counts. A byte order
// mark at the beginning is skipped (§8.1). An unpaired surrogate such as "\ud83d" becomes U+FFFD (§8.2).
// kRefuse rejects invalid UTF-8; kReplace turns each ill-formed sequence into U+FFFD and is meant for responses
// of other systems.
// Errors: kInvalidArgument  with the problem and the byte near which it is; also for a number above
//                           kMaxNumberChars or kMaxNumberExponent
Result<json::value> parse_json(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::kRefuse);
// Parses trusted text from our own database; null if it is not JSON.
json::value parse_trusted_json(std::string_view text);

// Writes compact JSON that is always valid UTF-8: ill-formed sequences in strings become U+FFFD. Doubles must
// be finite.
std::string to_json(const json::value& value);
// Writes an object or array without copying it into a value.
std::string to_json(const json::object& object);
std::string to_json(const json::array& array);
// The text as a JSON string, with its quotes.
std::string to_json_string(std::string_view text);

// Whether the JSON text of `value` is larger than about `bytes`. Estimates, and reads only as much as it needs.
bool is_larger_than(const json::value& value, std::size_t bytes);
bool is_larger_than(const json::object& object, std::size_t bytes);

// Typed fields of an object. An absent optional field gives nullopt.
// Errors: kInvalidArgument  the field has a wrong type, or is required and absent; names the field
Result<std::string> required_string(const json::object& object, std::string_view field);
Result<std::optional<std::string>> optional_string(const json::object& object, std::string_view field);
Result<std::optional<bool>> optional_bool(const json::object& object, std::string_view field);
Result<std::optional<std::int64_t>> optional_int(const json::object& object, std::string_view field);
// The text; empty if the field is absent or of another type. For documents of other systems.
std::string text_or_empty(const json::object& object, std::string_view field);
// The integer from 1 to `max`; `default_value` if the field is absent or anything else.
std::int64_t positive_int_or(const json::object& object, std::string_view field, std::int64_t default_value,
                             std::int64_t max);
bool bool_or_false(const json::object& object, std::string_view field);
const json::object* object_or_null(const json::object& object, std::string_view field);
// The value as plain text: a string without quotes, a number in its shortest form (100000.0 is "100000"),
// anything else as JSON.
std::string plain_text(const json::value& value);
// The value at a JSON Pointer (RFC 6901); nullptr if there is none.
const json::value* at_pointer(const json::value& value, std::string_view pointer);
// Errors: kInvalidArgument  names the first field of `object` that is not in `known`
Result<void> only_fields(const json::object& object, std::initializer_list<std::string_view> known);

}  // namespace wick
