#include "json_schema/multiple.h"

#include <algorithm>
#include <cstdint>

namespace wick::json_schema {
namespace {

constexpr std::size_t kMaxDivisorDigits = 19;

std::uint64_t times(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(a) * b % modulus);
}

std::uint64_t power_of_ten(std::uint64_t exponent, std::uint64_t modulus) {
  std::uint64_t result = 1 % modulus, base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 != 0) result = times(result, base, modulus);
    base = times(base, base, modulus);
  }
  return result;
}

}  // namespace

std::optional<bool> is_multiple_of(const Decimal& number, const Decimal& divisor) {
  if (number.digits.empty()) return true;
  if (divisor.digits.size() > kMaxDivisorDigits) return std::nullopt;
  // The digits have no trailing zero, so no divisor with trailing zeros divides the number.
  if (number.exponent < divisor.exponent) return false;
  std::uint64_t modulus = 0;
  for (const char digit : divisor.digits) modulus = modulus * 10 + static_cast<std::uint64_t>(digit - '0');
  std::uint64_t rest = 0;
  for (const char digit : number.digits) {
    const auto next = static_cast<unsigned __int128>(rest) * 10 + static_cast<unsigned>(digit - '0');
    rest = static_cast<std::uint64_t>(next % modulus);
  }
  // The difference of two 64-bit numbers, the first of which is not smaller.
  const std::uint64_t zeros =
      static_cast<std::uint64_t>(number.exponent) - static_cast<std::uint64_t>(divisor.exponent);
  return times(rest, power_of_ten(zeros, modulus), modulus) == 0;
}

}  // namespace wick::json_schema
