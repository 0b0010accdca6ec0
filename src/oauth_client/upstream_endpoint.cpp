#include "oauth_client/upstream_endpoint.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick::upstream {

std::optional<Url> parse_url(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
  });
  const auto scheme_end = text.find("://");
  if (!plain || text.size() > kMaxUrlBytes || scheme_end == std::string_view::npos) return std::nullopt;
  Url out;
  const std::string scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  out.https = scheme == "https";
  std::string_view rest = text.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string authority = to_lower_ascii(rest.substr(0, authority_end));
  rest.remove_prefix(authority_end);
  if (authority.find('@') != std::string::npos) return std::nullopt;
  const std::string_view default_port = out.https ? ":443" : ":80";
  if (authority.ends_with(default_port)) authority.resize(authority.size() - default_port.size());
  // An IPv6 address has colons of its own, inside brackets.
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
  out.host = authority.substr(0, colon);
  if (out.host.empty()) return std::nullopt;
  out.origin = scheme + "://" + authority;
  const auto query = std::min(rest.find('?'), rest.size());
  out.path = std::string(rest.substr(0, query));
  out.query = std::string(rest.substr(query));
  return out;
}

std::optional<std::string> resolve_same_origin(std::string_view base, std::string_view reference) {
  const auto own = parse_url(base);
  if (!own || reference.empty() || reference.size() > kMaxUrlBytes) return std::nullopt;
  reference = reference.substr(0, reference.find('#'));
  const auto scheme_end = reference.find("://");
  const bool is_absolute = scheme_end != std::string_view::npos && scheme_end < reference.find_first_of("/?");
  std::string whole;
  if (is_absolute) {
    whole = reference;
  } else if (reference.starts_with("//")) {
    whole = (own->https ? "https:" : "http:") + std::string(reference);
  } else if (reference.starts_with('/')) {
    whole = own->origin + std::string(reference);
  } else if (reference.starts_with('?')) {
    whole = own->origin + own->path + std::string(reference);
  } else {
    const auto folder = own->path.rfind('/');
    whole = own->origin + (folder == std::string::npos ? "/" : own->path.substr(0, folder + 1)) +
            std::string(reference);
  }
  const auto target = parse_url(whole);
  if (!target || target->origin != own->origin) return std::nullopt;
  return target->origin + (target->path.empty() ? "/" : target->path) + target->query;
}

UpstreamEndpoint site_of(const ConnectorEntry& connector) {
  return {text_or_empty(connector.config, "url"), bool_or_false(connector.config, "allow_private_addresses")};
}

Result<http::ClientRequest> request_to(const UpstreamEndpoint& site, const std::string& url,
                                       std::string_view issuer, std::string_view what) {
  const auto target = parse_url(url);
  const auto own = parse_url(site.url);
  const auto server = parse_url(issuer);
  const std::string noun(what);
  if (!target || !own) return fail(ErrorCode::kUpstream, noun + " is not at an http or https address.");
  if (!target->https && (own->https || (server && server->https)))
    return fail(ErrorCode::kUpstream, noun + " is at an address without https, which is not asked.");
  http::ClientRequest request;
  request.url = url;
  request.headers.emplace_back("Accept", "application/json");
  request.timeout_seconds = kAuthorizationTimeoutSeconds;
  request.max_response_bytes = kMaxAuthorizationBytes;
  request.allow_private_addresses =
      site.allow_private_addresses && (target->host == own->host || (server && target->host == server->host));
  return request;
}

Result<http::ClientRequest> post_to(const UpstreamEndpoint& site, const std::string& url,
                                    std::string_view issuer, std::string_view what, std::string form) {
  auto request = request_to(site, url, issuer, what);
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
  if (!wide || !own || wide->origin != own->origin) return false;
  if (!wide->query.empty()) return wide->path == own->path && wide->query == own->query;
  std::string_view path = wide->path;
  while (path.ends_with('/')) path.remove_suffix(1);
  return own->path.starts_with(path) &&
         (own->path.size() == path.size() || path.empty() || own->path[path.size()] == '/');
}

}  // namespace wick::upstream
