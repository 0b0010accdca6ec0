// multipleOf, exact. Pure.
#pragma once

#include <optional>

#include "base/json_number.h"

namespace wick::json_schema {

// Whether `number` is a multiple of `divisor`, which is above 0. nullopt when `divisor` has more than 19 digits: only
// those below 2^64 are divided by in linear time. Linear in the digits of `number`, whatever the exponents.
std::optional<bool> is_multiple_of(const Decimal& number, const Decimal& divisor);

}  // namespace wick::json_schema
