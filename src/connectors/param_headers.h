// Mcp-Param headers: arguments that a tool's schema marks with x-mcp-header travel in headers too
// (2026-07-28, transports, "Custom Headers from Tool Parameters"). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr int kMaxHeaderDepth = 8;  // the deepest nesting of properties in which x-mcp-header counts

// The headers for these arguments, values not yet encoded for a header.
std::vector<std::pair<std::string, std::string>> mirrored_headers(const boost::json::object& input_schema,
                                                                  const boost::json::object& arguments);
// The names (Mcp-Param-…) of all headers that the schema knows.
std::vector<std::string> header_names(const boost::json::object& input_schema);
// Checks the marks against the specification. A tool with other marks must not be used.
// Errors: kInvalidArgument  names the mark and the reason
Result<void> check_header_marks(const boost::json::object& input_schema);

}  // namespace wick
