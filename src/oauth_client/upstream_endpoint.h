// Where a connector is, and what requests on its behalf may reach.
//
// Everything that is asked on the way to a token was named by somebody else: the server names its metadata
// and its authorization server, that one its endpoints. So each address is judged before it is used. It is
// https; plain http only for a connector whose own address is plain http, where an admin has accepted that.
// Private addresses need the connector's consent like its own requests, and even then only the hosts of the
// connector and of the authorization server may have one: metadata cannot send a request to a third machine
// of the network. Redirects are never followed. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/snapshot.h"
#include "base/url.h"
#include "http/client.h"

namespace wick::upstream {

inline constexpr int kAuthorizationTimeoutSeconds = 10;
inline constexpr std::size_t kMaxAuthorizationBytes = 256 * 1024;
inline constexpr std::size_t kMaxEndpointUrlBytes = 2000;

// An http or https URL (base/url.h) of at most kMaxEndpointUrlBytes, without a fragment; nullopt otherwise.
std::optional<Url> parse_url(std::string_view text);

// The address that `reference` names at `base`: absolute, or relative to it (RFC 3986 §4.2), without its
// fragment. nullopt: it cannot be read, or is not of the same scheme, host and port.
std::optional<std::string> resolve_same_origin(std::string_view base, std::string_view reference);

struct UpstreamEndpoint {
  std::string url;  // of the connector's endpoint
  bool allow_private_addresses = false;
};
UpstreamEndpoint site_of(const ConnectorEntry& connector);

// A GET of `url` for this site; `issuer`: the authorization server that named it, empty for none.
// Errors: kUpstream  the address is not one that may be asked, named by `what`
Result<http::ClientRequest> request_to(const UpstreamEndpoint& site, const std::string& url,
                                       std::string_view issuer, std::string_view what);
// The same for a form that is posted.
Result<http::ClientRequest> post_to(const UpstreamEndpoint& site, const std::string& url,
                                    std::string_view issuer, std::string_view what, std::string form);

// RFC 8707 §2 and RFC 9728 §3.3: whether `resource` is the one at `url`: the same origin, and a path at or
// above it. (The metadata at the root of a host speaks for the host.)
bool covers(std::string_view resource, std::string_view url);

}  // namespace wick::upstream
