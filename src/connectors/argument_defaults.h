// Default values of arguments, taken from a schema. Pure functions.
#pragma once

#include <boost/json/object.hpp>

namespace wick {

enum class Defaults { kAll, kOfRequired };

// `arguments`, with the defaults of absent properties of `schema` added: of all properties, or of the required ones. A default
// is in the property's own schema, behind references, or in a branch of `allOf`. Takes time in proportion to the schema.
boost::json::object with_defaults(const boost::json::object& schema, boost::json::object arguments,
                                  Defaults which = Defaults::kAll);

}  // namespace wick
