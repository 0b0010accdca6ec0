// Constants of the MCP specification that both the transports and the client use, and errors about responses that are
// not MCP. Pure functions.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp_transport/transport.h"

namespace wick::upstream {

inline constexpr std::string_view kModernVersion = "2026-07-28";
inline constexpr std::string_view kMetaPrefix = "io.modelcontextprotocol/";
inline constexpr std::size_t kMaxErrorBytes = 500;      // of a server's error text that is shown
inline constexpr std::size_t kMaxRawErrorBytes = 8192;  // of a text before the secrets are cut out of it
inline constexpr int kUnsupportedVersion = -32022;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;

// The part of a server's own error text that may be repeated: at most kMaxErrorBytes, printable.
std::string excerpt(std::string_view text);
// The error for a response that is not a message of the protocol.
std::unexpected<Error> not_mcp(const IncomingMessage& incoming);
// Keeps the status and the challenge of a 401 or 403 in `refusal`, which may be null.
void record_refusal(const std::shared_ptr<AccessRefusal>& refusal, const IncomingMessage& incoming);

}  // namespace wick::upstream
