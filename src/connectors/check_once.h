// For tests: arguments against an input schema that is compiled for this one check.
#pragma once

#include "connectors/input_schema.h"

namespace wick {

inline Result<void> check_once(const boost::json::object& schema, boost::json::value arguments) {
  WICK_TRY(compiled, json_schema::CompiledSchema::compile(schema));
  return check_arguments(*compiled, arguments, ArgumentCheck::kStrict);
}

}  // namespace wick
