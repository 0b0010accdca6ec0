// Apps (OAuth clients) as JSON, by the schemas of openapi.json.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "oauth/client.h"

namespace wick::api {

// A client by its id; `client` may be an error when it is known no more.
boost::json::object client_view(std::string_view id, const Result<OAuthClient>& client);

}  // namespace wick::api
