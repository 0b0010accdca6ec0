#include "base/json_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"
#include "base/result.h"

namespace wick {
namespace {

// The decimal digits that a double always keeps (DBL_DIG), within the range of full precision.
constexpr std::size_t kSafeDigits = std::numeric_limits<double>::digits10;
constexpr std::int64_t kSafeExponent = 250;
// Integers up to here are exact.
constexpr double kMaxExactWhole = 9007199254740992.0;

// A number's text by its parts, views into it.
struct Parts {
  bool negative = false;
  std::string_view whole, fraction;
  std::int64_t exponent = 0;
  bool is_integer = true;  // written without fraction and exponent
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, std::size_t(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// nullopt unless the text is a number by RFC 8259 §6, within the limits.
std::optional<Parts> parts_of(std::string_view text) {
  Parts parts;
  if (text.size() > kMaxNumberChars) return std::nullopt;
  parts.negative = take(text, '-');
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return std::nullopt;
  if (take(text, '.')) {
    parts.is_integer = false;
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) return std::nullopt;
  }
  if (take(text, 'e') || take(text, 'E')) {
    parts.is_integer = false;
    const bool below = text.starts_with('-');
    if (below || text.starts_with('+')) text.remove_prefix(1);
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    std::int64_t exponent = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc() || exponent > kMaxNumberExponent) return std::nullopt;
    parts.exponent = below ? -exponent : exponent;
  }
  if (!text.empty()) return std::nullopt;
  return parts;
}

// The significant digits of both parts, and the number of zeros removed from their end.
Decimal decimal_of(const Parts& parts) {
  Decimal out{parts.negative, {}, 0};
  out.digits.reserve(parts.whole.size() + parts.fraction.size());
  out.digits.append(parts.whole).append(parts.fraction);
  const auto last = out.digits.find_last_not_of('0');
  if (last == std::string::npos) return {};
  out.exponent =
      parts.exponent - std::int64_t(parts.fraction.size()) + std::int64_t(out.digits.size() - 1 - last);
  out.digits.resize(last + 1);
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  return out;
}

// The shortest digits that read back as the double, as "d.ddde±xx".
struct Shortest {
  char text[32];
  std::size_t size;
  std::string_view view() const { return {text, size}; }
};

Shortest shortest(double number) {
  Shortest out;
  const auto end =
      std::to_chars(out.text, out.text + sizeof out.text, number, std::chars_format::scientific).ptr;
  out.size = std::size_t(end - out.text);
  return out;
}

Decimal decimal_of(double number) {
  const Shortest text = shortest(number);
  const auto parts = parts_of(text.view());
  WICK_ASSERT(parts);
  return decimal_of(*parts);
}

std::optional<double> read_double(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// mantissa × 10^exponent, of at most kMaxFewDigits digits.
struct FewDigits {
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  std::size_t count = 0;   // from the first that is not zero
  bool is_integer = true;  // written without fraction and exponent

  void strip_zeros() {
    while (mantissa != 0 && mantissa % 10 == 0) {
      mantissa /= 10;
      ++exponent;
    }
    if (mantissa == 0) exponent = 0;
  }
};
constexpr std::size_t kMaxFewDigits = 19;

// The parts of a number's text; nullopt if it has more digits or a long exponent.
std::optional<FewDigits> few_digits(std::string_view text) {
  FewDigits out;
  std::size_t point = text.size(), at = text.starts_with('-');
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      out.mantissa = out.mantissa * 10 + std::uint64_t(c - '0');
      out.count += out.mantissa != 0;
      if (out.count > kMaxFewDigits) return std::nullopt;
      continue;
    }
    out.is_integer = false;
    if (c != '.') break;
    point = at + 1;
  }
  const auto behind_point = std::int64_t(at - std::min(at, point));
  if (at < text.size()) {
    at += 1 + (text[at + 1] == '+');
    const auto read = std::from_chars(text.data() + at, text.data() + text.size(), out.exponent);
    if (read.ec != std::errc() || std::abs(out.exponent) > 1'000'000) return std::nullopt;
  }
  out.exponent -= behind_point;
  return out;
}

// The quotient or product of two exact doubles is the nearest double (Clinger, "How to read floating point
// numbers accurately", 1990).
std::optional<double> exact_product(const FewDigits& digits) {
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::int64_t kMost = std::size(kPowers) - 1;
  if (digits.count > kSafeDigits || digits.exponent > kMost || digits.exponent < -kMost) return std::nullopt;
  const auto whole = double(digits.mantissa);
  return digits.exponent < 0 ? whole / kPowers[-digits.exponent] : whole * kPowers[digits.exponent];
}

// carries() for a number with more digits.
bool carries_many_digits(double number, std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts) return false;  // zero with an exponent beyond the limit
  const Decimal exact = decimal_of(*parts), kept = decimal_of(number);
  return !parts->is_integer && kept.digits == exact.digits && kept.exponent == exact.exponent;
}

// Whether the shortest decimal of the nearest double has exactly these digits.
bool carries(double number, FewDigits digits) {
  if (digits.count <= kSafeDigits && std::abs(digits.exponent) < kSafeExponent) return true;
  auto kept = few_digits(shortest(number).view());
  WICK_ASSERT(kept);
  kept->strip_zeros();
  digits.strip_zeros();
  return kept->mantissa == digits.mantissa && kept->exponent == digits.exponent;
}

json::value long_number(std::string_view text, json::storage_ptr storage) {
  json::string out(std::move(storage));
  out.reserve(text.size() + 1);
  out.push_back(kLongNumberMark);
  out.append(text);
  return json::value(std::move(out));
}

std::string_view long_text(const json::value& number) {
  return std::string_view(number.get_string()).substr(1);
}

}  // namespace

bool is_number_text(std::string_view text) {
  return parts_of(text).has_value();
}

std::optional<json::value> number_from_text(std::string_view text, json::storage_ptr storage) {
  const auto parts = parts_of(text);
  if (!parts) return std::nullopt;
  if (parts->is_integer && text != "-0") {
    std::int64_t small = 0;
    std::uint64_t large = 0;
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, small).ec == std::errc())
      return json::value(small, std::move(storage));
    if (!parts->negative && std::from_chars(text.data(), end, large).ec == std::errc())
      return json::value(large, std::move(storage));
    return long_number(text, std::move(storage));
  }
  if (const auto number = double_carrying(text)) return json::value(*number, std::move(storage));
  return long_number(text, std::move(storage));
}

std::optional<double> double_carrying(std::string_view text) {
  const auto digits = few_digits(text);
  if (digits && digits->is_integer && text != "-0") return std::nullopt;
  const auto exact = digits ? exact_product(*digits) : std::nullopt;
  if (exact) return text.starts_with('-') ? -*exact : *exact;
  const auto number = read_double(text);
  if (!number || !(digits ? carries(*number, *digits) : carries_many_digits(*number, text)))
    return std::nullopt;
  return number;
}

bool is_long_number(const json::string& text) {
  return !text.empty() && text[0] == kLongNumberMark && is_number_text(std::string_view(text).substr(1));
}

char* write_double(char* out, double number) {
  const auto put = [&out](std::string_view text) { out = std::copy(text.begin(), text.end(), out); };
  const auto zeros = [&out](int count) { out = std::fill_n(out, count, '0'); };
  if (const double size = std::abs(number); size >= 1e-6 && size < kMaxExactWhole) {
    char* const end = std::to_chars(out, out + kMaxDoubleChars, number, std::chars_format::fixed).ptr;
    const bool is_whole = std::find(out, end, '.') == end;
    out = end;
    if (is_whole) put(".0");
    return out;
  }
  const Shortest written = shortest(number);
  std::string_view text = written.view();
  if (take(text, '-')) put("-");
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + 1 + (text[e + 1] == '+'), text.data() + text.size(), exponent);
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  const int count = int(digits.size());
  // Number::toString of ECMA-262. Numbers with a fraction are written above.
  if (exponent >= 0 && exponent < 21) {
    put(digits);
    zeros(exponent + 1 - count);
    put(".0");
    return out;
  }
  put(digits.substr(0, 1));
  if (count > 1) put("." + digits.substr(1));
  put(exponent < 0 ? "e-" : "e+");
  return std::to_chars(out, out + 4, std::abs(exponent)).ptr;
}

std::string number_text(const json::value& number) {
  if (number.is_int64()) return std::to_string(number.get_int64());
  if (number.is_uint64()) return std::to_string(number.get_uint64());
  if (is_long_number(number)) return std::string(long_text(number));
  char text[kMaxDoubleChars];
  return std::string(text, write_double(text, number.get_double()));
}

std::string plain_number_text(const json::value& number) {
  std::string text = number_text(number);
  if (number.is_double() && text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

Decimal decimal_of(const json::value& number) {
  if (number.is_double()) return decimal_of(number.get_double());
  const std::string text = number_text(number);
  const auto parts = parts_of(text);
  WICK_ASSERT(parts);
  return decimal_of(*parts);
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& one) { return one.digits.empty() ? 0 : one.negative ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) <=> sign(b);
  if (sign(a) == 0) return std::strong_ordering::equal;
  const auto places = [](const Decimal& one) { return std::int64_t(one.digits.size()) + one.exponent; };
  std::strong_ordering order = places(a) <=> places(b);
  if (order == 0) order = a.digits <=> b.digits;
  return sign(a) > 0 ? order : 0 <=> order;
}

namespace {

// Doubles, and integers that a double represents: their decimals have the order of the doubles.
bool is_small(const json::value& number) {
  constexpr auto kMost = std::int64_t(kMaxExactWhole);
  return number.is_double() ||
         (number.is_int64() && number.get_int64() <= kMost && number.get_int64() >= -kMost);
}

}  // namespace

std::strong_ordering compare_numbers(const json::value& a, const json::value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() <=> b.get_int64();
  if (is_small(a) && is_small(b)) {
    const double left = a.to_number<double>(), right = b.to_number<double>();
    return left < right   ? std::strong_ordering::less
           : left > right ? std::strong_ordering::greater
                          : std::strong_ordering::equal;
  }
  return compare(decimal_of(a), decimal_of(b));
}

bool is_integer(const json::value& number) {
  if (number.is_double()) return number.get_double() == std::floor(number.get_double());
  return number.is_int64() || number.is_uint64() || decimal_of(number).is_integer();
}

std::optional<std::int64_t> int64_of(const json::value& number) {
  if (number.is_int64()) return number.get_int64();
  if (!is_number(number)) return std::nullopt;
  const Decimal decimal = decimal_of(number);
  if (decimal.exponent < 0 || std::int64_t(decimal.digits.size()) + decimal.exponent > 19)
    return std::nullopt;
  const std::string text = (decimal.negative ? "-" : "") + (decimal.digits.empty() ? "0" : decimal.digits) +
                           std::string(std::size_t(decimal.exponent), '0');
  std::int64_t out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return read.ec == std::errc() ? std::optional(out) : std::nullopt;
}

double double_of(const json::value& number) {
  if (number.is_number()) return number.to_number<double>();
  const std::string_view text = long_text(number);
  if (const auto read = read_double(text)) return *read;
  // Out of range: tiny ones are zero.
  const Decimal decimal = decimal_of(number);
  if (std::int64_t(decimal.digits.size()) + decimal.exponent <= 0) return decimal.negative ? -0.0 : 0.0;
  return decimal.negative ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
}

}  // namespace wick
