// Exact multipleOf. Pure.
#pragma once

#include <optional>

#include "base/json_number.h"

namespace wick::json_schema {

// Whether `number` is a multiple of `divisor`, which is above 0. nullopt if `divisor` has more than 19 digits,
// because only division by numbers below 2^64 is linear. Linear in the digits of `number`, for any exponents.
std::optional<bool> is_multiple_of(const Decimal& number, const Decimal& divisor);

}  // namespace wick::json_schema
