// Equality of JSON values as JSON Schema has it (core §4.2.2): 1.0 equals 1, members have no order. Pure
// functions but for the key of the hash. Values nest no deeper than parse_json() allows.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>

namespace wick::json_schema {

// A text of so many bytes costs one step (compiled_schema.h) more.
inline constexpr std::size_t kBytesPerStep = 64;

bool are_equal(const boost::json::value& a, const boost::json::value& b);
// The same for values that are equal; keyed (base/keyed_hash.h), so nobody can make values that collide.
std::uint64_t hash_of(const boost::json::value& value);
// How many steps (compiled_schema.h) looking at all of the value takes, at most about `max`.
std::size_t steps_of(const boost::json::value& value, std::size_t max);

}  // namespace wick::json_schema
