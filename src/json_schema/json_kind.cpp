#include "json_schema/json_kind.h"

#include <array>
#include <utility>

#include "base/json_number.h"

namespace wick::json_schema {

Kind kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return kNull;
    case json::kind::bool_:
      return kBoolean;
    case json::kind::object:
      return kObject;
    case json::kind::array:
      return kArray;
    case json::kind::string:
      return is_long_number(value) ? kNumber : kString;
    default:
      return kNumber;
  }
}

const char* name_of(Kind kind) {
  switch (kind) {
    case kNull:
      return "null";
    case kBoolean:
      return "a boolean";
    case kObject:
      return "an object";
    case kArray:
      return "an array";
    case kString:
      return "a string";
    case kNumber:
      return "a number";
    case kInteger:
      return "an integer";
  }
  return "a value";
}

Kinds kind_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Kind>, 7> kNames = {{{"null", kNull},
                                                                        {"boolean", kBoolean},
                                                                        {"object", kObject},
                                                                        {"array", kArray},
                                                                        {"string", kString},
                                                                        {"number", kNumber},
                                                                        {"integer", kInteger}}};
  for (const auto& [known, kind] : kNames) {
    if (known == name) return kind;
  }
  return 0;
}

}  // namespace wick::json_schema
