// Equality of JSON values by JSON Schema (core §4.2.2): 1.0 equals 1, and the order of members does not matter.
// Pure functions, except for the key of the hash. Values nest at most as deep as parse_json() allows.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>

namespace wick::json_schema {

// The bytes of text that cost one step (compiled_schema.h).
inline constexpr std::size_t kBytesPerStep = 64;

bool are_equal(const boost::json::value& a, const boost::json::value& b);
// A hash that is equal for equal values. Keyed (base/keyed_hash.h), so that nobody can construct collisions.
std::uint64_t hash_of(const boost::json::value& value);
// The steps (compiled_schema.h) that reading all of the value costs, counted up to about `max`.
std::size_t steps_of(const boost::json::value& value, std::size_t max);

}  // namespace wick::json_schema
