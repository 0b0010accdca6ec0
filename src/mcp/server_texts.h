// Wick's description of itself in the protocol, as constant JSON texts. Thread-safe.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace wick::mcp {

// The time for which a client may keep a list or the discovery.
inline constexpr std::chrono::milliseconds kListTtl{5000};
// An Implementation.
inline constexpr const char* kServerInfo =
    R"({"name":"wick","title":"Wick","version":")" WICK_VERSION R"("})";
inline constexpr const char* kInstructions =
    "Wick connects you to this team's systems. Every call is recorded. If you see the tools wick_search, "
    "wick_get "
    "and wick_execute, find an operation with the first, read its arguments with the second and call it with "
    "the "
    "third.";

// ServerCapabilities.
inline constexpr std::string_view kCapabilities = R"({"tools":{"listChanged":true}})";
// On /mcp, for callers who may use resources and prompts of connected servers.
inline constexpr std::string_view kSharedCapabilities =
    R"({"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},)"
    R"("prompts":{"listChanged":true},"completions":{}})";
// The member _meta of a result, with the name of the server.
std::string meta_text();
// A DiscoverResult.
const std::string& discover_text();

}  // namespace wick::mcp
