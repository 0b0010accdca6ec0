// Protected resources (RFC 9728, RFC 8707): the addresses for which tokens are issued. /mcp with everything below it is one
// resource, and each /mcp/c/{connector} is a resource of its own.
//
// The name of a resource is the connector as the address has it, or empty for all of /mcp. These functions do not check
// whether the connector exists, because strangers must not learn that. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wick {

inline constexpr std::size_t kMaxResourceNameBytes = 64;

// Whether `name` has the form of a connector in an address: a label of [a-z0-9_], or an id.
bool is_resource_name(std::string_view name);
// "/mcp", or "/mcp/c/tracker".
std::string resource_path(std::string_view name);
// The name of the resource that `uri` identifies; nullopt: it identifies no resource of this server. `all` is the URI of /mcp.
// One slash at the end is ignored, because people type it and URL libraries add it. Upper case in scheme and host and a default
// port are ignored too (2026-07-28, authorization, "Canonical Server URI").
std::optional<std::string> resource_name(std::string_view all, std::string_view uri);

}  // namespace wick
