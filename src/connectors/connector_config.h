// Functions that the kinds of connectors which speak HTTP share: they read and check a configuration. Thread-safe.
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

// Whether `url` is an http or https URL (base/url.h) that begins with its scheme in lower case.
// Errors: kInvalidArgument, with `requirement` and what is wrong with the URL
Result<void> check_http_url(std::string_view url, std::string_view requirement);

// Whether every member is a field of the kind and has its type. Errors: kInvalidArgument
Result<void> check_fields(const ConnectorKind& kind, const boost::json::object& config);
// The plaintext of a sealed field, opened once for as long as the connector keeps its secrets; empty when the field is not
// set. Errors: kInternal  the seal cannot be opened
Result<Secret> open_secret(const SealingKey& key, const ConnectorEntry& connector, std::string_view field);

}  // namespace wick
