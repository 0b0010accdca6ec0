// The address of a connector, and the addresses that requests on its behalf may use.
//
// Other parties name every address on the way to a token: the MCP server names its metadata and its authorization server,
// and the authorization server names its endpoints. So each address is checked before it is used. It has to be https. Plain
// http is allowed only when the connector's own address is plain http, which an admin has accepted. Private addresses need
// the consent of the connector, as for its own requests. Even then, only the hosts of the connector and of the authorization
// server may have a private address, so metadata cannot direct a request to another machine of the network. Redirects are
// never followed. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/snapshot.h"
#include "base/url.h"
#include "http/client.h"

namespace wick::upstream {

inline constexpr std::chrono::seconds kAuthorizationTimeout{10};
inline constexpr std::size_t kMaxAuthorizationBytes = 256 * 1024;
inline constexpr std::size_t kMaxEndpointUrlBytes = 2000;

// An http or https URL (base/url.h) of at most kMaxEndpointUrlBytes, without a fragment; nullopt otherwise.
std::optional<Url> parse_url(std::string_view text);

// Resolves `reference`, absolute or relative to `base` (RFC 3986 §4.2), without its fragment. nullopt: it is invalid, or has another
// scheme, host or port than `base`.
std::optional<std::string> resolve_same_origin(std::string_view base, std::string_view reference);

struct UpstreamEndpoint {
  std::string url;  // of the connector's endpoint
  bool allow_private_addresses = false;
};
UpstreamEndpoint endpoint_of(const ConnectorEntry& connector);

// Makes a GET of `url` on behalf of this endpoint. `issuer` is the authorization server that named the address, or empty.
// Errors: kUpstream  the address is not allowed; the message begins with `what`
Result<http::ClientRequest> make_get_request(const UpstreamEndpoint& endpoint, const std::string& url,
                                             std::string_view issuer, std::string_view what);
// Makes a POST of a form in the same way.
Result<http::ClientRequest> make_post_request(const UpstreamEndpoint& endpoint, const std::string& url,
                                              std::string_view issuer, std::string_view what,
                                              std::string form);

// Whether `resource` covers `url`: it has the same origin, and the same path or a parent of it (RFC 8707 §2, RFC 9728 §3.3). The
// metadata at the root of a host applies to the whole host.
bool covers(std::string_view resource, std::string_view url);

}  // namespace wick::upstream
