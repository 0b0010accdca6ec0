// How an API's requests prove who they are, from the security schemes of its document. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "openapi/openapi_schema.h"

namespace wick::openapi {

// The settings auth, auth_name, token_url and scope of a rest connector: the first way that it can go, of those that the
// whole document requires before any other. `base_url` completes a token URL that begins with a slash. Notes say what was
// taken and what cannot be.
boost::json::object read_security(const boost::json::object& root, const References& references,
                                  const std::string& base_url, Notes& notes);

}  // namespace wick::openapi
