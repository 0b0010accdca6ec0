#include "same_value.h"

#include <algorithm>
#include <cmath>

namespace wick::fuzz {

namespace json = boost::json;

bool is_same(const json::value& a, const json::value& b, double tolerance) {
  if (a.is_double() && b.is_double()) {
    const double x = a.get_double(), y = b.get_double();
    return std::abs(x - y) <= std::max(std::abs(x), std::abs(y)) * tolerance;
  }
  if (a.is_array() && b.is_array()) {
    const auto& x = a.get_array();
    const auto& y = b.get_array();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                      [&](const auto& one, const auto& other) { return is_same(one, other, tolerance); });
  }
  if (a.is_object() && b.is_object()) {
    const auto& y = b.get_object();
    return a.get_object().size() == y.size() &&
           std::all_of(a.get_object().begin(), a.get_object().end(), [&](const auto& member) {
             const json::value* other = y.if_contains(member.key());
             return other != nullptr && is_same(member.value(), *other, tolerance);
           });
  }
  return a == b;
}

}  // namespace wick::fuzz
