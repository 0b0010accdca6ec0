#include "oauth_client/protected_resource.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kMaxListed = 200;  // texts of a list that are read

std::unexpected<Error> unsound(std::string message) {
  return fail(ErrorCode::kUpstream, std::move(message));
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& one : value->get_array()) {
    if (is_text(one) && out.size() < kMaxListed) out.emplace_back(std::string_view(one.get_string()));
  }
  return out;
}

bool says(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool lists(const std::vector<std::string>& list, std::string_view what) {
  return std::find(list.begin(), list.end(), what) != list.end();
}

std::vector<std::string> scopes_in(const json::object& object) {
  std::string all;
  for (const std::string& one : texts_of(object, "scopes_supported")) all += one + " ";
  return scopes_of(all);
}

std::string_view without_slash(std::string_view text) {
  return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace

std::vector<std::string> resource_metadata_urls(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return {};
  const std::string root = url->origin() + "/.well-known/oauth-protected-resource";
  if (without_slash(url->path()).empty()) return {root};
  return {root + std::string(url->path()), root};
}

std::vector<std::string> server_metadata_urls(std::string_view issuer) {
  const auto url = parse_url(issuer);
  if (!url) return {};
  const std::string path(without_slash(url->path()));
  const std::string well_known = url->origin() + "/.well-known/";
  std::vector<std::string> out{well_known + "oauth-authorization-server" + path,
                               well_known + "openid-configuration" + path};
  if (!path.empty()) out.push_back(url->origin() + path + "/.well-known/openid-configuration");
  return out;
}

Result<AuthorizationServer> read_server_metadata(const json::object& document, std::string_view issuer) {
  AuthorizationServer out;
  out.issuer = text_or_empty(document, "issuer");
  // RFC 8414 §3.3, else one server could speak for another. A host with and without the slash of its empty
  // path is one issuer under one well-known address; libraries that normalise URLs mix the two up.
  const auto asked = parse_url(issuer);
  const bool same = out.issuer == issuer || (asked && without_slash(asked->path()).empty() &&
                                             without_slash(out.issuer) == without_slash(issuer));
  if (!same)
    return unsound("The authorization server's metadata names another issuer than the requested one.");
  out.authorization_endpoint = text_or_empty(document, "authorization_endpoint");
  out.token_endpoint = text_or_empty(document, "token_endpoint");
  out.registration_endpoint = text_or_empty(document, "registration_endpoint");
  out.revocation_endpoint = text_or_empty(document, "revocation_endpoint");
  if (!parse_url(out.token_endpoint))
    return unsound("The authorization server's metadata has no token endpoint.");
  if (!parse_url(out.registration_endpoint)) out.registration_endpoint.clear();
  if (!parse_url(out.revocation_endpoint)) out.revocation_endpoint.clear();
  out.auth_methods = texts_of(document, "token_endpoint_auth_methods_supported");
  // RFC 8414 §2: what it means when it is left out.
  if (out.auth_methods.empty()) out.auth_methods.emplace_back("client_secret_basic");
  out.scopes_supported = scopes_in(document);
  out.s256 = lists(texts_of(document, "code_challenge_methods_supported"), "S256");
  out.says_issuer = says(document, "authorization_response_iss_parameter_supported");
  out.metadata_documents = says(document, "client_id_metadata_document_supported");
  return out;
}

http::Task<Result<std::optional<json::object>>> AuthorizationServerDiscovery::fetch_document(
    UpstreamEndpoint endpoint, std::string url, std::string issuer, std::string what) {
  WICK_CO_TRY(request, make_get_request(endpoint, url, issuer, what));
  // MCP 2025-03-26, authorization, "Server Metadata Discovery Headers".
  request.headers.emplace_back("MCP-Protocol-Version", "2025-11-25");
  auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return fail(answer.error().code, what + ": " + answer.error().message);
  if (answer->status != 200) co_return std::nullopt;
  auto body = parse_json(answer->body, InvalidUtf8::kReplace);
  if (!body || !body->is_object()) co_return std::nullopt;
  co_return std::move(body->get_object());
}

http::Task<Result<BearerChallenge>> AuthorizationServerDiscovery::fetch_challenge(UpstreamEndpoint endpoint) {
  WICK_CO_TRY(request, make_get_request(endpoint, endpoint.url, {}, "The MCP server"));
  // The request with which a client of today begins; who needs an account refuses it like any other.
  request.method = "POST";
  request.has_body = true;
  request.body =
      R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/)"
      R"(protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"wick","version":")" WICK_VERSION
      R"("},"io.modelcontextprotocol/clientCapabilities":{}}}})";
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json, text/event-stream"},
                     {"MCP-Protocol-Version", "2026-07-28"},
                     {"Mcp-Method", "server/discover"}};
  WICK_CO_TRY(answer, co_await http_.send(std::move(request)));
  if (answer.status != 401) co_return BearerChallenge();
  std::string all;
  for (const auto& [name, value] : answer.headers) {
    if (name == "www-authenticate") all.append(all.empty() ? "" : ", ").append(value);
  }
  co_return parse_challenge(all);
}

http::Task<Result<ProtectedResource>> AuthorizationServerDiscovery::find_resource(UpstreamEndpoint endpoint,
                                                                                  BearerChallenge challenge) {
  std::vector<std::string> places = resource_metadata_urls(endpoint.url);
  if (!challenge.resource_metadata.empty()) places.insert(places.begin(), challenge.resource_metadata);
  ProtectedResource out;
  std::optional<json::object> metadata;
  std::string problem;
  const std::string nobody, what = "The MCP server's protected resource metadata";
  for (const std::string& place : places) {
    auto found = co_await fetch_document(endpoint, place, nobody, what);
    if (!found) {
      // When the address in the challenge is unusable, the well-known addresses are tried.
      problem = found.error().message;
      if (place == challenge.resource_metadata) continue;
    }
    WICK_CO_CHECK(found);
    if (!*found) continue;
    metadata = std::move(**found);
    break;
  }
  std::string issuer;
  if (metadata) {
    out.resource = text_or_empty(*metadata, "resource");
    // Otherwise a server could obtain tokens that are issued for another server.
    if (!covers(out.resource, endpoint.url)) {
      co_return unsound(
          "The MCP server's protected resource metadata describes another resource than the connector's "
          "address.");
    }
    out.scopes_supported = scopes_in(*metadata);
    const auto servers = texts_of(*metadata, "authorization_servers");
    if (servers.empty())
      co_return unsound("The MCP server's protected resource metadata names no authorization server.");
    issuer = servers.front();
  } else {
    // 2025-03-26, "Authorization Base URL": the server's own origin is the authorization server.
    const auto own = parse_url(endpoint.url);
    if (!own) co_return unsound("The MCP server is not at an http or https address.");
    issuer = own->origin();
    out.resource = endpoint.url;
  }
  auto server = co_await find_server(endpoint, issuer);
  if (!server && !metadata) {
    co_return unsound(
        "The MCP server does not say how to sign in: it has neither protected resource metadata nor "
        "authorization server metadata at its own address." +
        (problem.empty() ? "" : " " + problem));
  }
  WICK_CO_CHECK(server);
  out.server = std::move(*server);
  co_return out;
}

http::Task<Result<AuthorizationServer>> AuthorizationServerDiscovery::find_server(UpstreamEndpoint endpoint,
                                                                                  std::string issuer) {
  const auto places = server_metadata_urls(issuer);
  if (places.empty()) co_return unsound("The MCP server names an authorization server that is not a URL.");
  const std::string what = "The authorization server's metadata";
  for (const std::string& place : places) {
    WICK_CO_TRY(found, co_await fetch_document(endpoint, place, issuer, what));
    if (!found) continue;
    auto server = read_server_metadata(*found, issuer);
    co_return server;
  }
  co_return unsound("The authorization server " + issuer + " has no metadata where it should be.");
}

}  // namespace wick::upstream
