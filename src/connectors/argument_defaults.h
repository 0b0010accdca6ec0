// Arguments that a schema gives by itself. Pure functions.
#pragma once

#include <boost/json/object.hpp>

namespace wick {

enum class Defaults { kAll, kOfRequired };

// `arguments` with the defaults of the properties of `schema` for what is absent: of all properties, or of those that it
// requires. A default stands in the property's own schema, behind references, or in a branch of `allOf`.
// Takes time in proportion to the schema.
boost::json::object with_defaults(const boost::json::object& schema, boost::json::object arguments,
                                  Defaults which = Defaults::kAll);

}  // namespace wick
