// Content types that an older revision of the protocol lacks become texts, because strict clients drop a whole result for one
// unknown content block. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace wick::mcp {

// Whether results for a client of this revision need a change.
bool has_older_content(std::string_view version);
// Replaces audio (since 2025-03-26) and links to resources (since 2025-06-18) by texts that describe them, in `content` of a
// CallToolResult and in the messages of a GetPromptResult.
void use_older_content(boost::json::object& result, std::string_view version);

}  // namespace wick::mcp
