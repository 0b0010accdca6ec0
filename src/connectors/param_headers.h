// Mcp-Param headers: arguments that a tool's schema marks with x-mcp-header travel in headers too
// (2026-07-28, transports, "Custom Headers from Tool Parameters"). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr int kMaxHeaderDepth = 8;  // of properties in which x-mcp-header is looked for

// The headers for these arguments, values not yet encoded for a header.
std::vector<std::pair<std::string, std::string>> mirrored_headers(const boost::json::object& input_schema,
                                                                  const boost::json::object& arguments);
// The names (Mcp-Param-…) of all headers that the schema knows.
std::vector<std::string> header_names(const boost::json::object& input_schema);
// Whether the marks are as the specification allows: a tool with others is not to be used.
// Errors: kInvalidArgument  which one, and why
Result<void> check_header_marks(const boost::json::object& input_schema);

}  // namespace wick
