// The five meta tools: their definitions for tools/list. What they answer is call_meta_tool (tools.h).
#pragma once

#include <string>

namespace wick::mcp {

// The JSON array of the five tools.
const std::string& meta_tools_text();

}  // namespace wick::mcp
