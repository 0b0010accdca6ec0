// The two tool surfaces: what a credential may call, as a list of tools, and a tool's name back to an
// operation.
//
// direct: each operation is a tool `label__operation` with its own schema; that of a connected MCP server is as its server
// describes it, but for the name and the connector's label behind the description. meta: five tools (wick_list,
// wick_search, wick_get, wick_execute, wick_info) through which all operations are found and called. The
// surface decides what is listed, not what may be called: a client whose list is older than the last change
// still reaches what its user may use. Thread-safe; no I/O.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/effective_access.h"
#include "connectors/connector_kind.h"
#include "mcp/foreign.h"

namespace wick::mcp {

class Search;

inline constexpr std::size_t kMaxDirectTools = 40;  // `auto` is direct up to here, meta above
// With more operations than this in all, lists and searches are not made on an io thread.
inline constexpr std::size_t kLongCatalogue = 200;
inline constexpr std::size_t kToolsPage = 500;
inline constexpr std::size_t kMaxExecuteCalls = 20;  // of one wick_execute
inline constexpr std::size_t kMetaPage = 50;         // operations wick_list shows at once
inline constexpr std::size_t kMaxSearchResults = 20;

// What providers of models take: a list with a longer name is refused as a whole.
inline constexpr std::size_t kMaxToolNameLength = 64;

// `label__operation`, of [A-Za-z0-9_-]; one that is too long is cut and ends in letters of its digest. It depends on nothing
// but the label and the operation's key. find_tool() takes the whole one, too.
std::string tool_name(const ConnectorEntry& connector, const OperationEntry& operation);
bool is_direct(ToolSurface surface, std::size_t operations);

// Whether there are more operations than kLongCatalogue.
bool is_long_catalogue(const AccessSnapshot& snapshot);

// A page of tools/list: the members `tools` and `nextCursor` as text without braces. nullopt: the cursor is
// not ours.
std::optional<std::string> list_tools(const EffectiveAccess& access, ToolSurface surface,
                                      std::string_view cursor, Era era);
// By a direct tool's name.
EffectiveAccess::Found find_tool(const EffectiveAccess& access, std::string_view name);

// The view of one connector: its tools under the names that they have there, as their server describes them.
std::optional<std::string> list_connector_tools(const EffectiveAccess& access,
                                                const ConnectorEntry& connector, std::string_view cursor,
                                                Era era);
EffectiveAccess::Found find_connector_tool(const EffectiveAccess& access,
                                           const std::shared_ptr<const ConnectorEntry>& connector,
                                           std::string_view name);

bool is_meta_tool(std::string_view name);
// wick_list, wick_search, wick_get and wick_info: answered from the snapshot.
CallResult call_meta_tool(Search& search, const EffectiveAccess& access, ToolSurface surface,
                          std::string_view name, const boost::json::object& arguments);

}  // namespace wick::mcp
