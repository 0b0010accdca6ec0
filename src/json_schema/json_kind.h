// The seven types of JSON Schema. Pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

namespace wick::json_schema {

// The types as bits, so that `type` of a schema is a set. An integer is also a number.
using Kinds = std::uint8_t;
enum Kind : Kinds {
  kNull = 1,
  kBoolean = 2,
  kObject = 4,
  kArray = 8,
  kString = 16,
  kNumber = 32,
  kInteger = 64,
};

// The type of a value; kNumber for every number, including integers.
Kind kind_of(const boost::json::value& value);
// "an object", "a string" …
const char* name_of(Kind kind);
// The bit for the name of a type in a schema; 0 if there is no such type.
Kinds kind_named(std::string_view name);

}  // namespace wick::json_schema
