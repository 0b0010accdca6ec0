// The configuration of connectors of the kind mcp, and the parts of it that requests to the server need. Pure functions, except
// that target_from() reads variables of Wick's environment for programs.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <vector>

#include "connectors/connector_kind.h"
#include "crypto/sealing.h"
#include "mcp_client/rpc_request.h"

namespace wick::upstream {

inline constexpr std::chrono::seconds kDefaultCallTimeout{60};
inline constexpr std::chrono::seconds kMaxCallTimeout{600};
inline constexpr std::int64_t kDefaultResponseBytes = 4 * 1024 * 1024;
inline constexpr std::int64_t kMaxResponseBytes = 64 * 1024 * 1024;

std::vector<ConfigField> config_fields();
// Checks that the members fit together. Each member already has the type of its field. Errors: kInvalidArgument
Result<void> check_config(const boost::json::object& config);
// Errors: kUpstream         the secret cannot be opened
//         kInvalidArgument  the configuration is invalid
Result<ServerTarget> target_from(const ConnectorEntry& connector, const SealingKey& key);

}  // namespace wick::upstream
