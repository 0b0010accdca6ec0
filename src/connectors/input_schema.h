// Input schemas of operations: checks schemas, and arguments against a schema.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/result.h"
#include "json_schema/compiled_schema.h"

namespace wick {

// Whether an operation may have the schema. Pure.
// Errors: kInvalidArgument  it is no JSON Schema of an object, and why
//         kTooLarge         json_schema::kMaxSchemaBytes
Result<void> check_schema(const boost::json::object& schema);

// How arguments are checked.
//  kStrict   Wick alone checks them: arguments that cannot be decided are refused.
//  kLenient  the connected MCP server validates them against the same schema, and the check here only helps the caller:
//            arguments that cannot be decided are passed on, all stay as they were given, and null may count as absent
//            (2026-07-28, transports, "Server Behavior for Custom Headers").
enum class ArgumentCheck { kStrict, kLenient };

// Checks `arguments`, an object. A text that can only mean a number or a boolean counts as one, and kStrict replaces it
// (json_schema/lenient_reading.h). A property with a default is never missing. Thread-safe.
// Errors: kInvalidArgument  naming the first arguments that do not fit, for the model to repair
//         kTooLarge         the check takes more than `max_steps`
Result<void> check_arguments(const json_schema::CompiledSchema& schema, boost::json::value& arguments,
                             ArgumentCheck mode, std::size_t max_steps = json_schema::kMaxSchemaSteps);

}  // namespace wick
