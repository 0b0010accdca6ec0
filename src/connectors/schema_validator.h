// JSON Schema validation of arguments, by valijson, with compiled schemas kept per thread.
//
// valijson knows the drafts up to 7; of 2020-12 it understands what those share ($defs with local $ref
// included) and ignores the rest (prefixItems, dependentSchemas, unevaluated*). Remote references are
// refused.
//
// `pattern`, `patternProperties` and `format` (an annotation in 2020-12) are not applied: valijson gives them
// to std::regex, whose matcher recurses once for each character in libstdc++ 12, so that an argument of
// 100,000 letters against ^[a-z]+$ overflows the stack and ends the process, and whose time can be
// exponential. The system that is called checks its own arguments.
//
// Time and memory are bounded: what valijson would do is counted first (schema_work.h), uniqueItems is
// checked by our own code, and problems are kept of small arguments only. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/result.h"
#include "connectors/schema_work.h"

namespace wick {

inline constexpr std::size_t kMaxSchemaBytes = 64 * 1024;

// Errors: kInvalidArgument  the schema cannot be used, and why
Result<void> check_schema(const boost::json::object& schema);
// `schema_text` is the serialised `schema`: the key of the cache.
// Errors: kInvalidArgument  naming the first arguments that do not fit, for the model to repair
//         kTooLarge         it takes more than `max_steps` (schema_work.h)
Result<void> check_arguments(const boost::json::object& schema, const std::string& schema_text,
                             const boost::json::object& arguments, std::size_t max_steps = kMaxSchemaSteps);

}  // namespace wick
