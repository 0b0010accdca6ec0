// Reads the authentication of an API from the security schemes of its document. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "openapi/openapi_schema.h"

namespace wick::openapi {

// The settings auth, auth_name, token_url and scope of a rest connector, from the first supported scheme. The
// requirements of the whole document take precedence. `base_url` completes a token URL that begins with a
// slash. Warnings name the chosen scheme and the unsupported ones.
boost::json::object read_security(const boost::json::object& root, const References& references,
                                  const std::string& base_url, Warnings& warnings);

}  // namespace wick::openapi
