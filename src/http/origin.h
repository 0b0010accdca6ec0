// OriginPolicy: which Host and Origin a request may name (MCP transports, "Security warning"; DNS rebinding).
#pragma once

#include <string>

#include "http/message.h"

namespace wick::http {

class OriginPolicy {
 public:
  // `public_url`: scheme, host and port that clients use.
  explicit OriginPolicy(const std::string& public_url);

  // The host is the public one, localhost or an IP address: a name that an attacker made resolve to us is
  // none of these.
  bool host_allowed(const Request& request) const;
  // No Origin (no browser), the public origin, or the very host the request names.
  bool origin_allowed(const Request& request) const;
  // For requests that change something on a cookie's authority: a browser must have said that they are ours.
  bool same_origin(const Request& request) const;

 private:
  std::string public_origin_, public_host_;
};

}  // namespace wick::http
