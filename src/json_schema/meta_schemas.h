// The meta-schemas of JSON Schema 2020-12, which a schema may refer to. Thread-safe.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace wick::json_schema {

// The meta-schema or vocabulary of this URI, without a fragment; nullptr when it is none. Lives forever.
const boost::json::value* meta_schema(std::string_view uri);

}  // namespace wick::json_schema
