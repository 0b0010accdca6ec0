// JSON Schema validation of arguments, by valijson, with compiled schemas kept per thread.
//
// valijson knows the drafts up to 7; of 2020-12 it understands what those share ($defs with local $ref
// included) and ignores the rest (prefixItems, dependentSchemas, unevaluated*). Remote references are
// refused. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxSchemaBytes = 64 * 1024;

// Errors: kInvalidArgument  the schema cannot be used, and why
Result<void> check_schema(const boost::json::object& schema);
// `schema_text` is the serialised `schema`: the key of the cache.
// Errors: kInvalidArgument  naming the first arguments that do not fit, for the model to repair
Result<void> check_arguments(const boost::json::object& schema, const std::string& schema_text,
                             const boost::json::object& arguments);

}  // namespace wick
