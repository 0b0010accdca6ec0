#include "oauth/endpoint.h"

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "oauth/redirect_uri.h"
#include "tokens/authenticator.h"

namespace wick::oauth {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

// RFC 9700 §2.6: these are for any origin, without credentials; authorize is for none.
void allow_any_origin(http::Response& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
}

http::Response json_answer(int status, const json::object& body) {
  http::Response response;
  response.status = status;
  response.body = to_json(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  allow_any_origin(response);
  return response;
}

http::Response error_answer(int status, std::string_view code, std::string_view description) {
  json::object body;
  body["error"] = code;
  body["error_description"] = description;
  return json_answer(status, body);
}

// A page with fixed words: nothing of the request is in it.
http::Response error_page(const char* what) {
  http::Response response;
  response.status = 400;
  response.content_type = "text/html; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.body =
      std::string(
          "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
          "content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">"
          "<title>Wick: this app cannot be connected</title><h1>This app cannot be connected</h1><p>") +
      what + "</p><p>Nothing was granted. You can close this page.</p></html>\n";
  return response;
}

http::Response see_other(std::string location) {
  http::Response response;
  response.status = 303;  // RFC 9700 §4.12: never 307, which would repeat a form with its password
  response.headers.emplace_back("Location", std::move(location));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::string take(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

// The form of a POST; a response that refuses otherwise. Secrets in the URL are refused (RFC 6749 §2.3.1).
std::expected<Parameters, http::Response> read_post(const http::Request& request) {
  if (!request.query.empty())
    return std::unexpected(
        error_answer(400, "invalid_request", "Send parameters in the body, never in the URL."));
  const auto type = request.header("content-type").value_or("");
  if (!equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded"))
    return std::unexpected(
        error_answer(400, "invalid_request", "The Content-Type must be application/x-www-form-urlencoded."));
  if (request.body.size() > kMaxFormBytes)
    return std::unexpected(error_answer(413, "invalid_request", "The body is too large."));
  auto form = parse_form(request.body);
  if (!form) return std::unexpected(error_answer(400, "invalid_request", form.error().message));
  return std::move(*form);
}

http::Response error_of(const Error& error) {
  if (error.code == ErrorCode::kUnauthenticated) return error_answer(400, "invalid_grant", error.message);
  if (error.code == ErrorCode::kInvalidArgument) return error_answer(400, "invalid_scope", error.message);
  if (error.code == ErrorCode::kConflict) return error_answer(400, "invalid_grant", error.message);
  return error_answer(503, "temporarily_unavailable",
                      "The server cannot do this now: try again in a moment.");
}

Micros max_age_of(std::string_view cache_control) {
  for (const std::string_view part : split(cache_control, ',')) {
    const std::string_view directive = trim(part);
    if (!directive.starts_with("max-age=")) continue;
    Micros seconds = 0;
    for (const char c : directive.substr(8)) {
      if (c < '0' || c > '9' || seconds > 1'000'000) break;
      seconds = seconds * 10 + (c - '0');
    }
    return seconds * kMicrosPerSecond;
  }
  return 0;
}

}  // namespace

Endpoint::Endpoint(ClientService& clients, AuthorizationService& authorizations, GrantService& grants,
                   http::Client& http, boost::asio::thread_pool& pool, const Clock& clock,
                   const std::string& public_url, SignedIn signed_in)
    : clients_(clients),
      authorizations_(authorizations),
      grants_(grants),
      http_(http),
      pool_(pool),
      clock_(clock),
      public_url_(public_url),
      signed_in_(std::move(signed_in)) {}

http::Task<Result<OAuthClient>> Endpoint::resolve(std::string client_id) {
  Result<OAuthClient> known = co_await offload(pool_, [&] { return clients_.get(client_id); });
  if (!is_metadata_document_id(client_id)) co_return known;
  if (known && (known->blocked || known->valid_until.value_or(0) > clock_.now())) co_return known;
  http::ClientRequest fetch;
  fetch.url = client_id;
  fetch.headers.emplace_back("Accept", "application/json");
  fetch.timeout_seconds = kMetadataDocumentSeconds;
  fetch.max_response_bytes = kMaxMetadataDocumentBytes;
  auto answer = co_await http_.send(std::move(fetch));
  if (!answer) co_return fail(std::move(answer.error()));
  if (answer->status != 200)
    co_return fail(ErrorCode::kUpstream, "The client's metadata document is not there.");
  auto document = parse_json(answer->body);
  if (!document || !document->is_object())
    co_return fail(ErrorCode::kInvalidArgument, "The client's metadata document is not a JSON object.");
  const Micros max_age = max_age_of(answer->cache_control);
  co_return co_await offload(
      pool_, [&] { return clients_.keep_document(client_id, document->get_object(), max_age); });
}

http::Task<http::Response> Endpoint::authorize(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  auto parameters = parse_form(request.query);
  if (!parameters)
    co_return error_page("Its request is malformed: a parameter comes twice or is not encoded well.");
  // Signed in first: only a user of ours can make this server fetch a document and keep it.
  auto session = co_await offload(pool_, [&] { return signed_in_(request); });
  if (!session) {
    const std::string back = "/oauth/authorize?" + std::string(request.query);
    co_return see_other("/sign-in?next=" + percent_encode(back));
  }
  auto client = co_await resolve(take(*parameters, "client_id"));
  if (!client || client->blocked) {
    co_return error_page(
        "It is not known here, or an admin has blocked it. If you were connected before, remove the server "
        "from the "
        "app and add it again.");
  }
  if (!client->redirects_to(take(*parameters, "redirect_uri")))
    co_return error_page("It asked to be sent back to an address that it has not registered.");
  co_return co_await offload(pool_, [&] { return continue_authorize(*session, *client, *parameters); });
}

// From here on the client and where to send the browser are known to be good.
http::Response Endpoint::continue_authorize(const std::pair<SessionId, UserId>& session,
                                            const OAuthClient& client, const Parameters& parameters) {
  auto read = authorizations_.read(parameters);
  if (!read) {
    const AuthorizationRequest back{
        client.id, take(parameters, "redirect_uri"), take(parameters, "state"), {}, {}, {}};
    // OAuth 2.1 §7.13: no automatic redirect to an address whose owner nobody has vouched for.
    if (client.source == ClientSource::kRegistered && !is_loopback_redirect(back.redirect_uri))
      return error_page("It asked for something that this server does not offer.");
    return see_other(authorizations_.redirect(
        back, {{"error", read.error().code}, {"error_description", read.error().description}}));
  }
  const auto id = authorizations_.keep(*read, session.first, session.second);
  if (!id) return error_page("The server cannot do this now. Try again in a moment.");
  return see_other("/oauth/consent?request=" + std::string(id->reveal()));
}

http::Response Endpoint::token(const http::Request& request) {
  auto form = read_post(request);
  if (!form) return std::move(form.error());
  const std::string grant_type = take(*form, "grant_type");
  const std::string client_id = take(*form, "client_id");
  const std::string user_agent(request.header("user-agent").value_or(""));
  if (grant_type != "authorization_code" && grant_type != "refresh_token") {
    return grant_type.empty() ? error_answer(400, "invalid_request", "The grant_type is missing.")
                              : error_answer(400, "unsupported_grant_type",
                                             "The grant types are authorization_code and refresh_token.");
  }
  const auto client = clients_.get(client_id);
  if (!client && client.error().code != ErrorCode::kNotFound) return error_of(client.error());
  if (!client || client->blocked)
    return error_answer(401, "invalid_client", "There is no such client: register again.");
  std::string resource = take(*form, "resource");
  if (resource.ends_with('/')) resource.pop_back();
  if (!resource.empty() && resource != public_url_ + "/mcp")
    return error_answer(400, "invalid_target", "This server issues no tokens for that resource.");
  const auto pair = grant_type == "refresh_token"
                        ? grants_.refresh({take(*form, "refresh_token"), client_id, take(*form, "scope"),
                                           resource, user_agent})
                        : grants_.exchange({take(*form, "code"), client_id, take(*form, "redirect_uri"),
                                            take(*form, "code_verifier"), resource, user_agent});
  if (!pair) return error_of(pair.error());
  json::object body;
  body["access_token"] = pair->access_token.reveal();
  body["token_type"] = "Bearer";
  body["expires_in"] = pair->expires_in_seconds;
  if (!pair->refresh_token.empty()) body["refresh_token"] = pair->refresh_token.reveal();
  body["scope"] = pair->oauth_scope;
  return json_answer(200, body);
}

http::Response Endpoint::revoke(const http::Request& request) {
  auto form = read_post(request);
  if (!form) return std::move(form.error());
  if (take(*form, "token").empty()) return error_answer(400, "invalid_request", "The token is missing.");
  const auto client = clients_.get(take(*form, "client_id"));
  if (!client) return error_answer(401, "invalid_client", "There is no such client.");
  if (auto done = grants_.revoke_token(take(*form, "token"), client->id); !done)
    return error_of(done.error());
  return json_answer(200, {});
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
    http::Response refused = error_answer(error.code == ErrorCode::kRateLimited ? 429 : 503,
                                          "temporarily_unavailable", error.message);
    if (error.retry_after_seconds > 0)
      refused.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
    return refused;
  }
  json::object body = client_metadata_json(client->metadata);
  body["client_id"] = client->id;
  body["client_id_issued_at"] = client->created_at / kMicrosPerSecond;
  body["token_endpoint_auth_method"] = "none";  // RFC 7591 §3.2.1: in place of what was asked for
  return json_answer(201, body);
}

void Endpoint::mount(http::Server& server) {
  const std::string scopes = "\"" + std::string(kReadScope) + "\",\"" + std::string(kWriteScope) + "\"";
  // RFC 9728 §2. The scopes leave out offline_access, which is no right to a resource.
  const auto resource = std::make_shared<const std::string>(
      R"({"resource":")" + public_url_ + R"(/mcp","authorization_servers":[")" + public_url_ +
      R"("],"bearer_methods_supported":["header"],"scopes_supported":[)" + scopes +
      R"(],"resource_name":"Wick"})");
  // RFC 8414 §2.
  const auto metadata = std::make_shared<const std::string>(
      R"({"issuer":")" + public_url_ + R"(","authorization_endpoint":")" + public_url_ +
      R"(/oauth/authorize","token_endpoint":")" + public_url_ + R"(/oauth/token","registration_endpoint":")" +
      public_url_ + R"(/oauth/register","revocation_endpoint":")" + public_url_ +
      R"(/oauth/revoke","response_types_supported":["code"],"response_modes_supported":["query"],)" +
      R"("grant_types_supported":["authorization_code","refresh_token"],"code_challenge_methods_supported":["S256"],)" +
      R"("token_endpoint_auth_methods_supported":["none"],"revocation_endpoint_auth_methods_supported":["none"],)" +
      R"("client_id_metadata_document_supported":true,"authorization_response_iss_parameter_supported":true,)" +
      R"("scopes_supported":[)" + scopes + R"(,"offline_access"]})");
  const auto serve = [&server](const char* path, std::shared_ptr<const std::string> text) {
    server.route("GET", path, [text](http::Exchange&) -> http::Task<http::Response> {
      http::Response response;
      response.shared_body = text;
      response.headers.emplace_back("Cache-Control", "max-age=300");
      allow_any_origin(response);
      co_return response;
    });
  };
  serve("/.well-known/oauth-protected-resource", resource);
  serve("/.well-known/oauth-protected-resource/mcp", resource);
  serve("/.well-known/oauth-authorization-server", metadata);
  server.route("GET", "/oauth/authorize", [this](http::Exchange& exchange) { return authorize(exchange); });
  server.route_blocking("POST", "/oauth/token",
                        [this](const http::Request& request) { return token(request); });
  server.route_blocking("POST", "/oauth/revoke",
                        [this](const http::Request& request) { return revoke(request); });
  server.route_blocking("POST", "/oauth/register",
                        [this](const http::Request& request) { return register_client(request); });
}

}  // namespace wick::oauth
