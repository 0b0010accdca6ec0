// Numbers of JSON, exact in whatever size they were written.
//
// A json::value has room for int64, uint64 and double. A number that none of these carries (an integer beyond 64 bits,
// a decimal of more digits than a double keeps, 1e400) is a "long number": a json::string of the byte 0xFF and the
// number's text as it was received. 0xFF never occurs in UTF-8, so no text that was parsed begins with it.
// parse_json() makes long numbers and to_json() writes them as numbers again; json::value::is_string() is true for
// them and is_number() false, so code that reads values of others asks is_number() and is_text() of this header.
//
// A double carries a number when the shortest decimal that reads back as that double has exactly the number's value:
// 0.1 and 915.3265953063965 yes, 0.1000000000000000055511151231257827 no. Integers written without a fraction or an
// exponent are never doubles. All functions are pure and thread-safe, and linear in the length of the number's text.
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

// A longer number is refused, so that exact arithmetic with one stays cheap.
inline constexpr std::size_t kMaxNumberChars = 1000;
// An exponent beyond ± this is refused: Boost.JSON's tokenizer cannot count further than int.
inline constexpr std::int64_t kMaxNumberExponent = 1'000'000'000;
inline constexpr char kLongNumberMark = '\xFF';

// The grammar of RFC 8259 §6, within kMaxNumberChars and kMaxNumberExponent.
bool is_number_text(std::string_view text);
// The smallest of int64, uint64, double and long number that carries it; nullopt unless is_number_text().
std::optional<json::value> number_from_text(std::string_view text, json::storage_ptr storage = {});

// The double that carries the number that `text` is by RFC 8259 §6; nullopt when it has to be a long number.
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

// The number as to_json() writes it: 7, 7.0, 0.000001, 1e+21; a long number as it was received.
std::string number_text(const json::value& number);
// The same for a place outside of JSON, such as a URL: 7.0 is "7".
std::string plain_number_text(const json::value& number);
// As ECMAScript writes it (the shortest digits, without an exponent from 1e-6 to below 1e21), but with ".0" behind a
// whole number, so that it stays one with a fraction. Returns the end; `number` is finite, `out` has kMaxDoubleChars.
inline constexpr std::size_t kMaxDoubleChars = 32;
char* write_double(char* out, double number);

// The value as ±digits × 10^exponent, with no zero at either end of the digits; zero has no digits.
// The exponent may be as large as kMaxNumberExponent: never write that many zeros.
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
// No fraction, however it is written: 7, 7.0 and 70e-1.
bool is_integer(const json::value& number);
// int64 when the value is a whole number of that range, however it is written.
std::optional<std::int64_t> int64_of(const json::value& number);
// The nearest double; a number beyond its range is the largest finite one.
double double_of(const json::value& number);

}  // namespace wick
