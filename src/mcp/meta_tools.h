// The definitions of the five meta tools for tools/list. call_meta_tool() calls them (tools.h).
#pragma once

#include <string>

namespace wick::mcp {

// The JSON array of the five tools.
const std::string& meta_tools_text();

}  // namespace wick::mcp
