// JSON numbers of any size, with their exact value.
//
// A json::value holds int64, uint64 and double. A number that none of these represents exactly (an integer
// beyond 64 bits, a decimal with more digits than a double keeps, 1e400) becomes a "long number": a
// json::string that consists of the byte 0xFF and the text of the number as received. 0xFF never occurs in
// UTF-8, so no parsed text begins with it. parse_json() creates long numbers, and to_json() writes them as
// numbers. For long numbers json::value::is_string() is true and is_number() is false, so code that reads
// values of other systems calls is_number() and is_text() of this header.
//
// A double represents a number exactly if the shortest decimal that reads back as that double has the value of
// the number: true for 0.1 and 915.3265953063965, false for 0.1000000000000000055511151231257827. Integers
// written without a fraction or an exponent are never doubles. All functions are pure, thread-safe, and linear
// in the length of the number's text.
#pragma once

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wick {

namespace json = boost::json;

// Longer numbers are rejected, which keeps exact arithmetic cheap.
inline constexpr std::size_t kMaxNumberChars = 1000;
// Larger exponents (of either sign) are rejected: the tokenizer of Boost.JSON counts them in an int.
inline constexpr std::int64_t kMaxNumberExponent = 1'000'000'000;
inline constexpr char kLongNumberMark = '\xFF';

// The grammar of RFC 8259 §6, within kMaxNumberChars and kMaxNumberExponent.
bool is_number_text(std::string_view text);
// The first of int64, uint64, double and long number that represents the number; nullopt unless
// is_number_text().
std::optional<json::value> number_from_text(std::string_view text, json::storage_ptr storage = {});

// The double that represents the number `text` exactly (RFC 8259 §6); nullopt if the number must be a long
// number.
std::optional<double> double_carrying(std::string_view text);

bool is_long_number(const json::string& text);
inline bool is_long_number(const json::value& value) {
  return value.is_string() && is_long_number(value.get_string());
}
// A number of any of the four kinds.
inline bool is_number(const json::value& value) {
  return value.is_number() || is_long_number(value);
}
// A string that is not a long number.
inline bool is_text(const json::value& value) {
  return value.is_string() && !is_long_number(value.get_string());
}

// The number as to_json() writes it: 7, 7.0, 0.000001, 1e+21. A long number keeps its text.
std::string number_text(const json::value& number);
// The number for a place outside of JSON, such as a URL: 7.0 becomes "7".
std::string plain_number_text(const json::value& number);
// Writes the number as ECMAScript does (shortest digits; no exponent from 1e-6 to below 1e21), with ".0" after
// an integer so that the number stays a double. Returns the end of the text. `number` is finite, and `out` has
// room for kMaxDoubleChars.
inline constexpr std::size_t kMaxDoubleChars = 32;
char* write_double(char* out, double number);

// The value ±digits × 10^exponent, without zeros at either end of the digits. Zero has no digits. The exponent
// may be as large as kMaxNumberExponent, so never write that many zeros.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;

  bool is_integer() const { return exponent >= 0; }
  bool operator==(const Decimal&) const = default;
};
Decimal decimal_of(const json::value& number);
std::strong_ordering compare(const Decimal& a, const Decimal& b);
std::strong_ordering compare_numbers(const json::value& a, const json::value& b);
// Whether the value has no fraction: true for 7, 7.0 and 70e-1.
bool is_integer(const json::value& number);
// The value as int64 if it is an integer of that range, in any notation.
std::optional<std::int64_t> int64_of(const json::value& number);
// The nearest double. A number beyond its range becomes the largest finite double.
double double_of(const json::value& number);

}  // namespace wick
