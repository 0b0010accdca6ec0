// Values as systems read them that take "5" for 5: models write numbers as texts, and null for what they leave out.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>

#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

inline constexpr std::size_t kMaxTypedTextBytes = 100;  // a longer text is none of a number

struct Lenience {
  std::size_t max_steps = kMaxSchemaSteps;
  // Whether a member that is null is left out where its schema has no null and it is not required, or has a default.
  bool drops_nulls = false;
};

// `value` with each text that is a number or a boolean of JSON ("5", "7.0", "true") made one, where the schema leaves
// no doubt: its type is `integer`, `number` or `boolean`, perhaps with null beside it, and no branch of an `anyOf` or
// `oneOf` could take the text. nullopt when nothing changes. The result need not be valid. Thread-safe.
// Errors: kTooLarge  more than Lenience::max_steps
Result<std::optional<boost::json::value>> read_leniently(const CompiledSchema& schema,
                                                         const boost::json::value& value,
                                                         Lenience lenience = {});

}  // namespace wick::json_schema
