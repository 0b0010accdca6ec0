// What a revision of the protocol has no form for, in a form that it has: strict clients drop a whole result for one block
// that they do not know. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace wick::mcp {

// Whether results for a client of this revision are to be changed at all.
bool has_older_content(std::string_view version);
// In `content` of a CallToolResult and in the messages of a GetPromptResult: audio (since 2025-03-26) and links to
// resources (since 2025-06-18) become texts that say what is there.
void use_older_content(boost::json::object& result, std::string_view version);

}  // namespace wick::mcp
