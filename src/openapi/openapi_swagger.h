// Swagger 2.0 documents in the model of OpenAPI 3.0. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "openapi/openapi_schema.h"

namespace wick::openapi {

// Converts the parts that openapi_document.cpp reads: info, servers, security, security schemes, and paths.
// References to parameters and path items are expanded. References in schemas stay unchanged, so they lead into
// `document`. `document_url` is the URL of the document, which supplies a missing scheme; may be empty. Takes
// time in proportion to the document and kMaxSchemaVisits; a warning says if that limit cuts the result.
boost::json::object from_swagger(const boost::json::value& document, std::string_view document_url,
                                 Warnings& warnings);

}  // namespace wick::openapi
