// OriginPolicy: which Host and Origin a request may name (MCP transports, "Security warning"; DNS rebinding), and
// which origins' scripts may read the responses of /mcp (CORS: Fetch Standard §3.2).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace wick::http {

class OriginPolicy {
 public:
  // `public_url`: scheme, host and port that clients use. `cors_origins`: of other pages whose scripts may call /mcp,
  // as parse_origin() gives them.
  explicit OriginPolicy(const std::string& public_url, std::vector<std::string> cors_origins = {});

  // The host is the public one, localhost or an IP address: a name that an attacker made resolve to us is
  // none of these.
  bool host_allowed(const Request& request) const;
  // No Origin (no browser), the public origin, or the very host the request names.
  bool origin_allowed(const Request& request) const;
  // The request's one Origin where an operator has allowed it; empty otherwise. For /mcp alone, where only a bearer
  // token has authority: it lets nobody into what a cookie opens.
  std::string_view cors_origin(const Request& request) const;
  // The header fields that responses of /mcp carry for scripts: empty while no origin is allowed.
  std::vector<std::pair<std::string, std::string>> cors_fields(const Request& request) const;
  // The answer to a script's question whether it may call /mcp (a preflight): without an allowed origin it allows
  // nothing, and the browser stops there.
  Response preflight(const Request& request) const;
  // For requests that change something on a cookie's authority: a browser must have said that they are ours.
  bool same_origin(const Request& request) const;

 private:
  std::string public_origin_, public_host_, public_host_and_port_;  // empty: the public URL has no port yet
  const std::vector<std::string> cors_origins_;
};

// An origin as browsers send it: scheme, host and port, in lower case, without the port that the scheme has in any
// case. Errors: kInvalidArgument, saying what to write.
Result<std::string> parse_origin(std::string_view text);

}  // namespace wick::http
