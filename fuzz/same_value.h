// Equality of JSON values that allows for how Boost.JSON 1.81 reads numbers.
#pragma once

#include <boost/json/value.hpp>

namespace wick::fuzz {

// Whether the values are equal. Two doubles are when they differ by at most `tolerance` of the larger one:
// Boost.JSON 1.81 does not read the last digits of long numbers exactly.
bool is_same(const boost::json::value& a, const boost::json::value& b, double tolerance);

}  // namespace wick::fuzz
