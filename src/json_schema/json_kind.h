// The seven types that JSON Schema tells apart. Pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

namespace wick::json_schema {

// Bits, so that a schema's `type` is a set of them. An integer is a number too.
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

// One of them; kNumber for every number, integers too.
Kind kind_of(const boost::json::value& value);
// "an object", "a string" …
const char* name_of(Kind kind);
// The bit of a type's name in a schema; 0 when there is no such type.
Kinds kind_named(std::string_view name);

}  // namespace wick::json_schema
