// The header fields of a REST response that a model gets beside the body: those without which it cannot go on.
// docs/rest-responses.md lists them. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "http/client.h"
#include "redaction/secret_filter.h"

namespace wick {

inline constexpr std::size_t kMaxFieldTextBytes = 2000;  // of one; more is cut

// By their names; a field that comes several times is joined with commas. Without the connector's secrets and without
// passwords in URLs.
boost::json::object response_fields(const http::ClientResponse& response, const SecretFilter& secrets);
// "\n[Location: /items/7]" for each.
std::string field_lines(const boost::json::object& fields);

}  // namespace wick
