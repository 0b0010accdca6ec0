// The header fields of a REST response that a model gets in addition to the body, because it cannot continue
// without them. docs/rest-responses.md lists them. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "http/client.h"
#include "redaction/secret_filter.h"

namespace wick {

inline constexpr std::size_t kMaxFieldTextBytes = 2000;  // of one field; the rest is cut

// The fields by name. Repeated fields are joined by commas. Without the secrets of the connector and without
// passwords in URLs.
boost::json::object response_fields(const http::ClientResponse& response, const SecretFilter& secrets);
// The text "\n[Location: /items/7]" for each field.
std::string field_lines(const boost::json::object& fields);

}  // namespace wick
