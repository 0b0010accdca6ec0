// The configuration of a connector of the kind mcp, and what of it a request to the server needs. Pure, but
// for what a program may know of Wick's own environment.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <vector>

#include "connectors/connector_kind.h"
#include "crypto/sealing.h"
#include "mcp_client/rpc_request.h"

namespace wick::upstream {

inline constexpr std::int64_t kDefaultTimeoutSeconds = 60;
inline constexpr std::int64_t kMaxTimeoutSeconds = 600;
inline constexpr std::int64_t kDefaultResponseBytes = 4 * 1024 * 1024;
inline constexpr std::int64_t kMaxResponseBytes = 64 * 1024 * 1024;

std::vector<ConfigField> config_fields();
// That its members belong together; each is of its field's type already. Errors: kInvalidArgument
Result<void> check_config(const boost::json::object& config);
// Errors: kUpstream  the secret cannot be opened;  kInvalidArgument
Result<ServerTarget> target_from(const ConnectorEntry& connector, const SealingKey& key);

}  // namespace wick::upstream
