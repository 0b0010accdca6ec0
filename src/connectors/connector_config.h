// What kinds of connectors that speak HTTP have in common: reading and checking their configuration. Pure
// functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/secret.h"
#include "connectors/connector_kind.h"
#include "crypto/sealing.h"

namespace wick {

// http or https, with a host and without a user.
bool is_http_url(std::string_view url);
// "https://host:port" in lower case, without a port that the scheme has anyway. Of an is_http_url().
std::string origin_of(std::string_view url);

// Whether every member is a field of the kind and has its type. Errors: kInvalidArgument
Result<void> check_fields(const ConnectorKind& kind, const boost::json::object& config);
// The plain text of a sealed field; empty when it is not set. Errors: kInternal  it cannot be opened
Result<Secret> open_secret(const SealingKey& key, const ConnectorEntry& connector, std::string_view field);

}  // namespace wick
