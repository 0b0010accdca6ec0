// Swagger 2.0 documents in the model of OpenAPI 3.0. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "openapi/openapi_schema.h"

namespace wick::openapi {

// What openapi_document.cpp reads of a document: info, servers, security, its schemes, and paths. Parameters and path items
// stand where they were referred to; references of schemas are left as they are, so they lead into `document`.
// `document_url`: where the document comes from, whose scheme counts when it names none; may be empty.
// Takes time in proportion to the document and kMaxSchemaVisits; a note says when that cuts something.
boost::json::object from_swagger(const boost::json::value& document, std::string_view document_url,
                                 Notes& notes);

}  // namespace wick::openapi
