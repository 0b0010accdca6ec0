// JSON Schemas guessed from examples. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

namespace wick {

// The JSON Schema "type" of a value; "string" for null, whose type is unknown.
const char* json_type(const boost::json::value& value);
// The value of a text from a query or form: a number or boolean only if it is written back identically.
boost::json::value value_of_text(const std::string& text);
// The schema of an example: types, properties of objects, items of arrays. Nothing is required.
boost::json::object schema_of_example(const boost::json::value& value);

}  // namespace wick
