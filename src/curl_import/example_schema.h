// JSON Schemas guessed from examples. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace wick {

// The "type" that JSON Schema has for a value; "string" for null, whose type nobody knows.
const char* json_type(const boost::json::value& value);
// A value of a query or form: a number or boolean only when it would be written back in the same way.
boost::json::value value_of_text(const std::string& text);
// What an example says about its kind: types, properties of objects, items of arrays. Nothing is required.
boost::json::object schema_of_example(const boost::json::value& value);

}  // namespace wick
