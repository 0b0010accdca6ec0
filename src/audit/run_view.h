// Runs and usage as JSON, by the schemas of openapi.json.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "audit/run_log.h"

namespace wick::api {

boost::json::array days_view(const std::vector<UsageDay>& days);
boost::json::object usage_view(const AccessSnapshot& snapshot, const Usage& usage);
// `token_names`: by credential id, as far as they are known.
boost::json::object run_view(const AccessSnapshot& snapshot, const Run& run,
                             const std::string& credential_name, bool detail);

}  // namespace wick::api
