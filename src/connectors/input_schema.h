// Input schemas of operations: what may be one, and arguments checked against one.
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

// Which side decides about the arguments. kSystem: the connected system is another MCP server, which validates them
// against the same schema. Our check only helps the caller then: undecided arguments are passed on, all stay as they were
// given, and one that is null may count as left out (2026-07-28, transports, "Server Behavior for Custom Headers").
enum class Judge { kWick, kSystem };

// Checks `arguments`, an object. A text that stands for a number or a boolean without any doubt counts as one, and for
// Judge::kWick becomes one (json_schema/lenient_reading.h). A property with a default is never missing. Thread-safe.
// Errors: kInvalidArgument  naming the first arguments that do not fit, for the model to repair
//         kTooLarge         it takes more than `max_steps`
Result<void> check_arguments(const json_schema::CompiledSchema& schema, boost::json::value& arguments,
                             Judge decide, std::size_t max_steps = json_schema::kMaxSchemaSteps);

}  // namespace wick
