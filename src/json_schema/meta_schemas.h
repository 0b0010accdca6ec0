// The meta-schemas of JSON Schema 2020-12, which schemas may refer to. Thread-safe.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace wick::json_schema {

// The meta-schema or vocabulary with this URI (without a fragment); nullptr if there is none. Never destroyed.
const boost::json::value* meta_schema(std::string_view uri);

}  // namespace wick::json_schema
