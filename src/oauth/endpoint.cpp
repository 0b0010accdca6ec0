#include "oauth/endpoint.h"

#include "base/json.h"
#include "base/network.h"
#include "base/offload.h"
#include "base/text.h"
#include "oauth/error_page.h"
#include "oauth/redirect_uri.h"
#include "tokens/authenticator.h"
#include "tokens/resource.h"

namespace wick::oauth {
namespace {

constexpr const char* kResourceMetadata[] = {"/.well-known/oauth-protected-resource",
                                             "/.well-known/oauth-protected-resource/mcp"};
constexpr const char* kConnectorMetadata = "/.well-known/oauth-protected-resource/mcp/c/{connector}";
// People type the address of the server, and clients append the path.
const http::RouteOptions kDiscovery = {.ignores_slashes = true};

// A share of the user or of the address is used up, so a later attempt may succeed.
http::Response busy_page(const Error& error) {
  http::Response response = error_page("This server is busy. Try again in a moment.");
  response.status = error.code == ErrorCode::kRateLimited ? 429 : 503;
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::chrono::seconds max_age_of(std::string_view cache_control) {
  for (const std::string_view part : split(cache_control, ',')) {
    const std::string_view directive = trim(part);
    if (!directive.starts_with("max-age=")) continue;
    std::int64_t seconds = 0;
    for (const char c : directive.substr(8)) {
      if (c < '0' || c > '9' || seconds > 1'000'000) break;
      seconds = seconds * 10 + (c - '0');
    }
    return std::chrono::seconds(seconds);
  }
  return {};
}

}  // namespace

Endpoint::Endpoint(Dependencies dependencies)
    : clients_(dependencies.clients),
      authorizations_(dependencies.authorizations),
      grants_(dependencies.grants),
      devices_(dependencies.devices),
      http_(dependencies.http),
      pool_(dependencies.pool),
      clock_(dependencies.clock),
      public_url_(dependencies.public_url),
      signed_in_(std::move(dependencies.signed_in)),
      name_of_(std::move(dependencies.name_of)) {}

http::Task<Result<OAuthClient>> Endpoint::find_client(std::string client_id, std::string user) {
  Result<OAuthClient> known = co_await offload(pool_, user, [&] { return clients_.get(client_id); });
  if (!is_metadata_document_id(client_id)) co_return known;
  if (known && (known->blocked || known->valid_until.value_or(0) > clock_.now())) co_return known;
  WICK_CO_CHECK(clients_.check_document_host(client_id));
  http::ClientRequest fetch;
  fetch.allow_private_addresses = clients_.may_be_private(client_id);
  fetch.url = client_id;
  fetch.headers.emplace_back("Accept", "application/json");
  fetch.timeout = kMetadataDocumentTimeout;
  fetch.max_response_bytes = kMaxMetadataDocumentBytes;
  fetch.holder = user;
  WICK_CO_TRY(answer, co_await http_.send(std::move(fetch)));
  if (answer.status != 200)
    co_return fail(ErrorCode::kUpstream, "The client's metadata document is not there.");
  auto document = parse_json(answer.body, InvalidUtf8::kReplace);
  if (!document || !document->is_object())
    co_return fail(ErrorCode::kInvalidArgument, "The client's metadata document is not a JSON object.");
  const auto max_age = max_age_of(answer.cache_control);
  co_return co_await offload(
      pool_, user, [&] { return clients_.keep_document(client_id, document->get_object(), max_age); });
}

http::Task<http::Response> Endpoint::authorize(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  auto parameters = http::parse_form(request.query);
  if (!parameters)
    co_return error_page("The app's request is malformed: a parameter is repeated or not encoded correctly.");
  // Sign-in comes first: only a user of this server can make it fetch and store a document.
  auto session =
      co_await offload(pool_, client_network(request.remote_address), [&] { return signed_in_(request); });
  if (!session && session.error().code == ErrorCode::kRateLimited) co_return busy_page(session.error());
  if (!session) {
    const std::string back = "/oauth/authorize?" + std::string(request.query);
    co_return see_other("/sign-in?next=" + percent_encode(back));
  }
  const std::string user = session->second.str();
  auto client = co_await find_client(parameter(*parameters, "client_id"), user);
  if (!client && client.error().code == ErrorCode::kRateLimited) co_return busy_page(client.error());
  if (!client || client->blocked) {
    co_return error_page(
        "This server does not know the app, or an admin has blocked it. If you were connected before, remove "
        "the server from the app and add it again.");
  }
  // RFC 6749 §3.1.2.3: a client with one registered redirect URI may leave it out.
  const auto& registered = client->metadata.redirect_uris;
  if (!parameters->contains("redirect_uri") && registered.size() == 1 && !is_loopback_redirect(registered[0]))
    parameters->emplace("redirect_uri", registered[0]);
  if (!client->redirects_to(parameter(*parameters, "redirect_uri")))
    co_return error_page("The app requested a redirect to an address that it has not registered.");
  const auto work = [&]() -> Result<http::Response> {
    return continue_authorize(*session, *client, *parameters);
  };
  auto page = co_await offload(pool_, user, work);
  if (!page) co_return busy_page(page.error());
  co_return std::move(*page);
}

// From here on, the client and the redirect URI are valid.
http::Response Endpoint::continue_authorize(const std::pair<SessionId, UserId>& session,
                                            const OAuthClient& client, const Parameters& parameters) {
  auto read = authorizations_.read(parameters);
  if (!client.metadata.codes)
    read = std::unexpected(
        AuthorizationError{"unauthorized_client", "This client is not registered for codes."});
  if (!read) {
    AuthorizationRequest back;
    back.redirect_uri = parameter(parameters, "redirect_uri");
    back.state = parameter(parameters, "state");
    // OAuth 2.1 §7.13: no automatic redirect to an address whose owner is not verified.
    if (client.source == ClientSource::kRegistered && !is_loopback_redirect(back.redirect_uri))
      return error_page("The app requested something that this server does not offer.");
    return see_other(authorizations_.redirect(
        back, {{"error", read.error().code}, {"error_description", read.error().description}}));
  }
  const auto id = authorizations_.keep(*read, session.first, session.second);
  if (!id) return error_page("The server cannot do this now. Try again in a moment.");
  return see_other("/oauth/consent?request=" + std::string(id->reveal()));
}

http::Response Endpoint::register_client(const http::Request& request) {
  const auto type = request.header("content-type").value_or("");
  if (!request.query.empty() ||
      !equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json"))
    return error_answer(400, "invalid_client_metadata",
                        "Send the metadata as application/json, in the body.");
  if (request.body.size() > kMaxFormBytes)
    return error_answer(413, "invalid_client_metadata", "The metadata is too large.");
  const auto value = parse_json(request.body);
  if (!value || !value->is_object())
    return error_answer(400, "invalid_client_metadata", "The metadata must be a JSON object.");
  const auto client = clients_.register_client(value->get_object(), request.remote_address);
  if (!client) {
    const Error& error = client.error();
    if (error.code == ErrorCode::kInvalidArgument) {
      return error_answer(
          400,
          error.message.starts_with("The redirect URI") ? "invalid_redirect_uri" : "invalid_client_metadata",
          error.message);
    }
    if (error.code == ErrorCode::kForbidden) return error_answer(403, "access_denied", error.message);
    return error_answer(error);
  }
  json::object body = client_metadata_json(client->metadata);
  body["client_id"] = client->id;
  body["client_id_issued_at"] = client->created_at / kMicrosPerSecond;
  body["token_endpoint_auth_method"] =
      "none";  // RFC 7591 §3.2.1: the server may replace the requested method
  return json_answer(201, body);
}

void Endpoint::mount_discovery(http::RouteTable& routes) {
  const auto url = [&](const char* path) { return public_url_ + path; };
  const json::array scopes{kReadScope, kWriteScope};
  // RFC 8414 §2.
  const json::array methods{"none", "client_secret_basic", "client_secret_post"};
  json::object metadata;
  metadata["issuer"] = public_url_;
  metadata["authorization_endpoint"] = url("/oauth/authorize");
  metadata["token_endpoint"] = url("/oauth/token");
  metadata["device_authorization_endpoint"] = url("/oauth/device_authorization");
  metadata["revocation_endpoint"] = url("/oauth/revoke");
  metadata["introspection_endpoint"] = url("/oauth/introspect");
  if (clients_.policy().registration) metadata["registration_endpoint"] = url("/oauth/register");
  metadata["response_types_supported"] = json::array{"code"};
  metadata["response_modes_supported"] = json::array{"query"};
  metadata["grant_types_supported"] = json::array{kCodeGrant, kRefreshGrant, kDeviceGrant};
  metadata["code_challenge_methods_supported"] = json::array{"S256"};
  metadata["token_endpoint_auth_methods_supported"] = methods;
  metadata["revocation_endpoint_auth_methods_supported"] = methods;
  metadata["introspection_endpoint_auth_methods_supported"] =
      json::array{"client_secret_basic", "client_secret_post"};
  metadata["client_id_metadata_document_supported"] = clients_.policy().metadata_documents;
  metadata["authorization_response_iss_parameter_supported"] = true;
  json::array all = scopes;
  all.push_back("offline_access");
  metadata["scopes_supported"] = std::move(all);
  const auto serve = [&routes](const char* path, const json::object& document) {
    routes.route(
        "GET", path,
        [text = std::make_shared<const std::string>(to_json(document))](
            http::Exchange&) -> http::Task<http::Response> {
          http::Response response;
          response.shared_body = text;
          response.headers.emplace_back("Cache-Control", "max-age=300");
          allow_any_origin(response);
          co_return response;
        },
        kDiscovery);
  };
  for (const char* path : kResourceMetadata) serve(path, resource_metadata(""));
  serve("/.well-known/oauth-authorization-server", metadata);
  routes.route(
      "GET", kConnectorMetadata,
      [this](http::Exchange& exchange) -> http::Task<http::Response> {
        co_return connector_metadata(exchange.request());
      },
      kDiscovery);
}

// RFC 9728 §2. The scopes leave out offline_access, which gives no access to a resource.
json::object Endpoint::resource_metadata(std::string_view name) const {
  json::object resource;
  resource["resource"] = public_url_ + resource_path(name);
  resource["authorization_servers"] = json::array{json::string(public_url_)};
  resource["bearer_methods_supported"] = json::array{"header"};
  resource["scopes_supported"] = json::array{kReadScope, kWriteScope};
  resource["resource_name"] = "Wick";
  return resource;
}

// Metadata exists for every possible name of a connector, so that strangers do not learn which connectors exist.
http::Response Endpoint::connector_metadata(const http::Request& request) const {
  const std::string_view name = request.capture("connector");
  http::Response response;
  if (is_resource_name(name)) {
    response.body = to_json(resource_metadata(name));
    response.headers.emplace_back("Cache-Control", "max-age=300");
  } else {
    response.status = 404;
    response.body =
        R"({"error":{"code":"not_found","message":"There is nothing at this address.","request_id":""}})";
  }
  allow_any_origin(response);
  return response;
}

void Endpoint::mount(http::RouteTable& routes) {
  mount_discovery(routes);
  routes.route("GET", "/oauth/authorize", [this](http::Exchange& exchange) { return authorize(exchange); });
  const std::pair<const char*, http::Response (Endpoint::*)(const http::Request&)> posts[] = {
      {"/oauth/token", &Endpoint::token},
      {"/oauth/device_authorization", &Endpoint::device_authorization},
      {"/oauth/revoke", &Endpoint::revoke},
      {"/oauth/introspect", &Endpoint::introspect},
      {"/oauth/register", &Endpoint::register_client}};
  for (const auto& [path, handler] : posts) {
    routes.route_blocking("POST", path, [this, answer = handler](const http::Request& request) {
      return (this->*answer)(request);
    });
  }
  // Clients in a browser send a preflight request (CORS). Authorize is a page and introspect is for servers, so neither allows
  // it.
  for (const char* path : {"/oauth/token", "/oauth/device_authorization", "/oauth/revoke", "/oauth/register",
                           kResourceMetadata[0], kResourceMetadata[1], kConnectorMetadata,
                           "/.well-known/oauth-authorization-server"}) {
    const auto preflight = [](http::Exchange&) -> http::Task<http::Response> {
      http::Response response;
      response.status = 204;
      allow_any_origin(response);
      response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST");
      response.headers.emplace_back("Access-Control-Allow-Headers",
                                    "Authorization, Content-Type, MCP-Protocol-Version");
      response.headers.emplace_back("Access-Control-Max-Age", "86400");
      co_return response;
    };
    routes.route("OPTIONS", path, preflight, kDiscovery);
  }
}

}  // namespace wick::oauth
