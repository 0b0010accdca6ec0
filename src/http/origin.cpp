#include "http/origin.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "base/text.h"
#include "base/url.h"

namespace wick::http {
namespace {

// Whether both are present and equal.
bool is_same(std::string_view ours, std::string_view given) {
  return !ours.empty() && equals_ignoring_case(ours, given);
}

// The host of a Host field: a name or an address.
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

// The headers allowed in one request; no MCP client needs others.
constexpr std::size_t kMaxAskedHeaders = 100;
constexpr const char* kScriptHeaders =
    "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, MCP-Protocol-Version, "
    "Mcp-Session-Id, "
    "traceparent, tracestate, baggage";

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// The names in Access-Control-Request-Headers that mirror an argument of a tool (2026-07-28, transports).
std::string asked_parameters(std::string_view asked) {
  std::string out;
  std::size_t count = 0;
  for (const std::string_view part : split(asked, ',')) {
    const std::string_view name = trim(part);
    constexpr std::string_view kPrefix = "mcp-param-";
    if (++count > kMaxAskedHeaders) break;
    if (name.size() <= kPrefix.size() || !equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix) ||
        !std::all_of(name.begin(), name.end(), is_token_character))
      continue;
    out.append(", ").append(name);
  }
  return out;
}

}  // namespace

OriginPolicy::OriginPolicy(const std::string& public_url, std::vector<std::string> cors_origins)
    : cors_origins_(std::move(cors_origins)) {
  const auto url = Url::parse_http(public_url);
  if (!url) return;
  public_origin_ = url->origin();
  public_host_ = url->authority();
  public_host_and_port_ = url->host() + ":" + std::to_string(*url->port());
}

bool OriginPolicy::host_allowed(const Request& request) const {
  const auto host = request.header("host");
  if (!host) return true;  // HTTP/1.0, no browser
  if (is_same(public_host_, *host) || is_same(public_host_and_port_, *host)) return true;
  const std::string_view name = without_port(*host);
  if (equals_ignoring_case(name, "localhost")) return true;
  boost::system::error_code ec;
  asio::ip::make_address(std::string(name), ec);
  return !ec;
}

bool OriginPolicy::origin_allowed(const Request& request) const {
  if (!host_allowed(request)) return false;
  const auto origin = request.header("origin");
  if (!origin || is_same(public_origin_, *origin)) return true;
  if (request.header_count("origin") != 1) return false;
  const auto url = Url::parse(*origin);
  return url && is_same(url->authority(), request.header("host").value_or(""));
}

std::string_view OriginPolicy::cors_origin(const Request& request) const {
  if (cors_origins_.empty() || request.header_count("origin") != 1 || !host_allowed(request)) return {};
  const auto found = std::find(cors_origins_.begin(), cors_origins_.end(), *request.header("origin"));
  return found == cors_origins_.end() ? std::string_view() : std::string_view(*found);
}

std::vector<std::pair<std::string, std::string>> OriginPolicy::cors_fields(const Request& request) const {
  std::vector<std::pair<std::string, std::string>> fields;
  if (cors_origins_.empty()) return fields;
  fields.emplace_back("Vary", "Origin");
  const std::string_view origin = cors_origin(request);
  if (origin.empty()) return fields;
  fields.emplace_back("Access-Control-Allow-Origin", origin);
  fields.emplace_back("Access-Control-Expose-Headers",
                      "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After");
  return fields;
}

Response OriginPolicy::preflight(const Request& request) const {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", "POST, GET, DELETE, OPTIONS");
  if (cors_origin(request).empty()) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST, GET, DELETE");
  response.headers.emplace_back(
      "Access-Control-Allow-Headers",
      kScriptHeaders + asked_parameters(request.header("access-control-request-headers").value_or("")));
  response.headers.emplace_back("Access-Control-Max-Age", "7200");
  return response;
}

Result<std::string> parse_origin(std::string_view text) {
  const auto wrong = [&](const char* why) {
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(text) + "\" " + why +
                    ": write scheme, host and port, as https://app.example.com or "
                    "http://localhost:6274.");
  };
  if (text == "*") return wrong("would allow every web page; list each origin");
  if (text == "null") return wrong("is the origin of pages without an origin, which anybody can create");
  const auto url = Url::parse(text);
  if (!url || url->host().empty()) return wrong("is no origin");
  if (url->text().find_first_of("/?#", url->scheme().size() + 3) != std::string::npos)
    return wrong("has a path, which no origin has");
  return url->origin();
}

bool OriginPolicy::same_origin(const Request& request) const {
  if (!origin_allowed(request)) return false;
  if (const auto site = request.header("sec-fetch-site")) return *site == "same-origin" || *site == "none";
  return request.header("origin").has_value();
}

}  // namespace wick::http
