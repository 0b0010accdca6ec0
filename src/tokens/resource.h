// Protected resources (RFC 9728, RFC 8707): the addresses that a token can be for. /mcp with all below it is one, and each
// /mcp/c/{connector} is one of its own.
//
// A resource is known by its name: the connector as the address has it, or empty for all of /mcp. Whether there is such
// a connector is not asked here: that is nothing for strangers to learn. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wick {

inline constexpr std::size_t kMaxResourceNameBytes = 64;

// Whether a connector could be written so in an address: its label as [a-z0-9_], or its id.
bool is_resource_name(std::string_view name);
// "/mcp", or "/mcp/c/tracker".
std::string resource_path(std::string_view name);
// The name of the resource that a client means; nullopt: `uri` is no resource here. `all`: the URI of /mcp. One slash
// at the end makes no difference, for people type it and URL libraries add it; nor do upper case in scheme and host (2026-07-28,
// authorization, "Canonical Server URI") and a default port.
std::optional<std::string> resource_name(std::string_view all, std::string_view uri);

}  // namespace wick
