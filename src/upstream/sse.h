// Server-sent events (WHATWG HTML, "Server-sent events"), as MCP answers carry them. Pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wick::upstream {

// The data of each event that has any and is complete, in order; lines of one event are joined by '\n'.
std::vector<std::string> event_data(std::string_view stream);

}  // namespace wick::upstream
