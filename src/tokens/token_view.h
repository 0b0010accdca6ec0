// Personal access tokens as JSON, by the schemas of openapi.json; and the parts that connections share with them.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "access/snapshot.h"
#include "tokens/token.h"

namespace wick::api {

// Null when never used.
boost::json::value last_used_view(const std::optional<Micros>& at, const std::string& ip,
                                  const std::string& user_agent);
// Null while it has not ended.
boost::json::value revoked_view(const AccessSnapshot& snapshot, const std::optional<Micros>& at,
                                const std::string& revoked_by, const std::string& reason);
boost::json::object token_view(const AccessSnapshot& snapshot, const Token& token, Micros now);
boost::json::object minted_view(const AccessSnapshot& snapshot, const MintedToken& minted, Micros now);

}  // namespace wick::api
