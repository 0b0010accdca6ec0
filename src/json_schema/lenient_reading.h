// Lenient reading of values: models write numbers as strings, and null for absent members.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>

#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

inline constexpr std::size_t kMaxTypedTextBytes = 100;  // longer text is not read as a number

struct Lenience {
  std::size_t max_steps = kMaxSchemaSteps;
  // Whether a null member is removed if its schema does not allow null and the member is optional or has a
  // default.
  bool drops_nulls = false;
};

// `value` with strings that hold a JSON number or boolean ("5", "7.0", "true") converted, where the schema
// leaves no doubt: its type is `integer`, `number` or `boolean`, possibly with null, and no branch of an
// `anyOf` or `oneOf` accepts the string. nullopt if nothing changes. The result may be invalid. Thread-safe.
// Errors: kTooLarge  more than Lenience::max_steps
Result<std::optional<boost::json::value>> read_leniently(const CompiledSchema& schema,
                                                         const boost::json::value& value,
                                                         Lenience lenience = {});

}  // namespace wick::json_schema
