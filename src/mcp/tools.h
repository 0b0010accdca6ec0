// The two tool surfaces: the list of tools of a credential, and the operation of a tool name.
//
// direct: each operation is a tool `label__operation` with its own schema. A tool of a connected MCP server keeps the
// definition of its server, except for the name and the connector's label after the description. meta: five tools
// (wick_list, wick_search, wick_get, wick_execute, wick_info) find and call all operations. The surface decides only which
// tools are listed. A client whose list is older than the last change can still call the operations that its user may use.
// Thread-safe; no I/O.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/effective_access.h"
#include "connectors/connector_kind.h"
#include "mcp/upstream_definitions.h"

namespace wick::mcp {

class Search;

inline constexpr std::size_t kMaxDirectTools =
    40;  // the surface `auto` is direct up to this number, else meta
// With more operations than this in total, lists and searches run on a pool.
inline constexpr std::size_t kLongCatalogue = 200;
inline constexpr std::size_t kToolsPage = 500;
inline constexpr std::size_t kMaxExecuteCalls = 20;  // of one wick_execute
inline constexpr std::size_t kMetaPage = 50;         // operations on one page of wick_list
inline constexpr std::size_t kMaxSearchResults = 20;

// The limit of model providers, which refuse a whole list with one longer name.
inline constexpr std::size_t kMaxToolNameLength = 64;

// `label__operation`, of [A-Za-z0-9_-]. A name that is too long is cut, and ends with a part of its digest. The name depends on
// the label and the operation's key only. find_tool() accepts the uncut name too.
std::string tool_name(const ConnectorEntry& connector, const OperationEntry& operation);
bool is_direct(ToolSurface surface, std::size_t operations);

// Whether there are more operations than kLongCatalogue.
bool is_long_catalogue(const AccessSnapshot& snapshot);

// A page of tools/list: the members `tools` and `nextCursor` as text without braces. nullopt: Wick has not made the cursor.
std::optional<std::string> list_tools(const EffectiveAccess& access, ToolSurface surface,
                                      std::string_view cursor, ProtocolGeneration generation);
// Finds the operation of a direct tool.
EffectiveAccess::Found find_tool(const EffectiveAccess& access, std::string_view name);

// The tools of one connector on /mcp/c/{connector}, with the names and definitions of their server.
std::optional<std::string> list_connector_tools(const EffectiveAccess& access,
                                                const ConnectorEntry& connector, std::string_view cursor,
                                                ProtocolGeneration generation);
EffectiveAccess::Found find_connector_tool(const EffectiveAccess& access,
                                           const std::shared_ptr<const ConnectorEntry>& connector,
                                           std::string_view name);

bool is_meta_tool(std::string_view name);
// Calls wick_list, wick_search, wick_get or wick_info. They need the snapshot only.
CallResult call_meta_tool(Search& search, const EffectiveAccess& access, ToolSurface surface,
                          std::string_view name, const boost::json::object& arguments);

}  // namespace wick::mcp
