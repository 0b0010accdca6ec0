// OriginPolicy: the Host and Origin values that requests may have (MCP transports, "Security Warning"; DNS
// rebinding), and the origins whose scripts may read the responses of /mcp (CORS: Fetch Standard §3.2).
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
  // `public_url` has the scheme, host and port that clients use. `cors_origins` are the origins of other pages
  // whose scripts may call /mcp, as parse_origin() returns them.
  explicit OriginPolicy(const std::string& public_url, std::vector<std::string> cors_origins = {});

  // Whether the host is the public one, localhost or an IP address. A name that an attacker has pointed to this
  // server is none of these.
  bool host_allowed(const Request& request) const;
  // Whether the Origin is absent (no browser), the public origin, or the host that the request names.
  bool origin_allowed(const Request& request) const;
  // The single Origin of the request if the operator has allowed it; else empty. Only for /mcp, where only
  // bearer tokens carry authority: CORS never opens resources that a cookie protects.
  std::string_view cors_origin(const Request& request) const;
  // The CORS header fields for responses of /mcp; empty if no origin is allowed.
  std::vector<std::pair<std::string, std::string>> cors_fields(const Request& request) const;
  // The response to a CORS preflight for /mcp. For an origin that is not allowed it permits nothing, and the
  // browser blocks the script.
  Response preflight(const Request& request) const;
  // Whether the browser has stated that the request comes from this origin. Required for requests that change
  // something with the authority of a cookie.
  bool same_origin(const Request& request) const;

 private:
  std::string public_origin_, public_host_, public_host_and_port_;  // empty: the public URL has no port yet
  const std::vector<std::string> cors_origins_;
};

// Parses an origin into the form that browsers send: scheme, host and port in lower case, without a default
// port.
// Errors: kInvalidArgument  with the expected notation
Result<std::string> parse_origin(std::string_view text);

}  // namespace wick::http
