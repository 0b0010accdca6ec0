#include "oauth_client/upstream_endpoint.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick::upstream {

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxEndpointUrlBytes) return std::nullopt;
  auto url = Url::parse_http(text);
  if (!url || !url->fragment().empty()) return std::nullopt;
  return std::move(*url);
}

std::optional<std::string> resolve_same_origin(std::string_view base, std::string_view reference) {
  const auto own = parse_url(base);
  if (!own || reference.empty() || reference.size() > kMaxEndpointUrlBytes) return std::nullopt;
  const auto target = own->resolve(reference);
  if (!target || target->origin() != own->origin()) return std::nullopt;
  std::string out = target->origin();
  out.append(target->path().empty() ? "/" : target->path()).append(target->query());
  if (out.size() > kMaxEndpointUrlBytes) return std::nullopt;
  return out;
}

UpstreamEndpoint endpoint_of(const ConnectorEntry& connector) {
  return {text_or_empty(connector.config, "url"), bool_or_false(connector.config, "allow_private_addresses")};
}

Result<http::ClientRequest> make_get_request(const UpstreamEndpoint& endpoint, const std::string& url,
                                             std::string_view issuer, std::string_view what) {
  const auto target = parse_url(url);
  const auto own = parse_url(endpoint.url);
  const auto server = parse_url(issuer);
  const std::string noun(what);
  if (!target || !own) return fail(ErrorCode::kUpstream, noun + " is not at an http or https address.");
  if (!target->is_https() && (own->is_https() || (server && server->is_https())))
    return fail(ErrorCode::kUpstream, noun + " is at an address without https, which is not asked.");
  http::ClientRequest request;
  request.url = url;
  request.headers.emplace_back("Accept", "application/json");
  request.timeout = kAuthorizationTimeout;
  request.max_response_bytes = kMaxAuthorizationBytes;
  request.allow_private_addresses =
      endpoint.allow_private_addresses &&
      (target->host() == own->host() || (server && target->host() == server->host()));
  return request;
}

Result<http::ClientRequest> make_post_request(const UpstreamEndpoint& endpoint, const std::string& url,
                                              std::string_view issuer, std::string_view what,
                                              std::string form) {
  auto request = make_get_request(endpoint, url, issuer, what);
  if (!request) return request;
  request->method = "POST";
  request->has_body = true;
  request->body = std::move(form);
  request->headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return request;
}

bool covers(std::string_view resource, std::string_view url) {
  const auto wide = parse_url(resource);
  const auto own = parse_url(url);
  if (!wide || !own || wide->origin() != own->origin()) return false;
  if (!wide->query().empty()) return wide->path() == own->path() && wide->query() == own->query();
  std::string_view path = wide->path();
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view own_path = own->path();
  return own_path.starts_with(path) &&
         (own_path.size() == path.size() || path.empty() || own_path[path.size()] == '/');
}

}  // namespace wick::upstream
