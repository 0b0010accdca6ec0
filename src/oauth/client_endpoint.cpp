// The endpoints that clients call directly: token (RFC 6749 §3.2), device authorization (RFC 8628 §3.1),
// revocation (RFC 7009), introspection (RFC 7662).
#include "base/json.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "oauth/endpoint.h"
#include "tokens/resource.h"

namespace wick::oauth {
namespace {

http::Response tokens_answer(const TokenPair& pair) {
  json::object body;
  body["access_token"] = pair.access_token.reveal();
  body["token_type"] = "Bearer";
  body["expires_in"] = pair.expires_in.count();
  if (!pair.refresh_token.empty()) body["refresh_token"] = pair.refresh_token.reveal();
  body["scope"] = pair.oauth_scope;
  return json_answer(200, body);
}

bool may_use(const OAuthClient& client, std::string_view grant_type) {
  if (grant_type == kCodeGrant) return client.metadata.codes;
  if (grant_type == kDeviceGrant) return client.metadata.devices;
  return true;  // the refresh token itself proves that it was issued to the client
}

}  // namespace

std::expected<Endpoint::ClientCall, http::Response> Endpoint::authenticate_client(
    const http::Request& request) {
  WICK_TRY(form, read_form(request));
  WICK_TRY(credentials, read_client(request, form));
  auto client = clients_.authenticate(credentials.id, credentials.secret.reveal());
  if (client) return ClientCall{std::move(*client), std::move(form)};
  if (client.error().code != ErrorCode::kUnauthenticated)
    return std::unexpected(error_answer(client.error()));
  return std::unexpected(invalid_client(credentials.basic, client.error().message));
}

http::Response Endpoint::token(const http::Request& request) {
  auto call = authenticate_client(request);
  if (!call) return std::move(call.error());
  const auto& [client, form] = *call;
  const std::string grant_type = parameter(form, "grant_type");
  if (grant_type != kCodeGrant && grant_type != kRefreshGrant && grant_type != kDeviceGrant) {
    return grant_type.empty()
               ? error_answer(400, "invalid_request", "The grant_type is missing.")
               : error_answer(400, "unsupported_grant_type",
                              "The grant types are authorization_code, refresh_token and device_code.");
  }
  if (!may_use(client, grant_type))
    return error_answer(400, "unauthorized_client", "This client is not registered for that grant type.");
  std::string resource = parameter(form, "resource");
  if (!resource.empty()) {
    const auto name = resource_name(public_url_ + "/mcp", resource);
    if (!name) return error_answer(400, "invalid_target", "This server issues no tokens for that resource.");
    resource = public_url_ + resource_path(*name);
  }
  const std::string user_agent(request.header("user-agent").value_or(""));
  if (grant_type == kDeviceGrant) return device_token(*call, user_agent);
  const auto pair =
      grant_type == kRefreshGrant
          ? grants_.refresh(
                {parameter(form, "refresh_token"), client.id, parameter(form, "scope"), resource, user_agent})
          : grants_.exchange({parameter(form, "code"), client.id, parameter(form, "redirect_uri"),
                              parameter(form, "code_verifier"), resource, user_agent});
  return pair ? tokens_answer(*pair) : error_answer(pair.error());
}

http::Response Endpoint::device_token(const ClientCall& call, std::string_view user_agent) {
  const std::string code = parameter(call.form, "device_code");
  if (code.empty()) return error_answer(400, "invalid_request", "The device_code is missing.");
  const auto pair = devices_.poll(code, call.client.id, user_agent);
  if (pair) return tokens_answer(*pair);
  return error_answer(pair.error().code == "temporarily_unavailable" ? 503 : 400, pair.error().code,
                      pair.error().description);
}

http::Response Endpoint::device_authorization(const http::Request& request) {
  auto call = authenticate_client(request);
  if (!call) return std::move(call.error());
  if (!call->client.metadata.devices)
    return error_answer(400, "unauthorized_client", "This client is not registered for device codes.");
  AuthorizationRequest asked;
  asked.oauth_scope = parameter(call->form, "scope");
  asked.resource = parameter(call->form, "resource");
  if (auto sound = authorizations_.read_scope(asked); !sound)
    return error_answer(400, sound.error().code, sound.error().description);
  DeviceRequest device;
  device.client_id = call->client.id;
  device.oauth_scope = asked.oauth_scope;
  device.resource = asked.resource;
  device.ip = std::string(request.remote_address);
  device.user_agent = visible_text(request.header("user-agent").value_or(""));
  const auto made = devices_.start(device);
  if (!made) return error_answer(made.error());
  json::object body;
  body["device_code"] = made->device_code.reveal();
  body["user_code"] = made->user_code;
  body["verification_uri"] = public_url_ + "/device";
  body["verification_uri_complete"] = public_url_ + "/device?user_code=" + made->user_code;
  body["expires_in"] = made->expires_in.count();
  body["interval"] = made->interval.count();
  return json_answer(200, body);
}

http::Response Endpoint::revoke(const http::Request& request) {
  auto call = authenticate_client(request);
  if (!call) return std::move(call.error());
  const std::string token = parameter(call->form, "token");
  if (token.empty()) return error_answer(400, "invalid_request", "The token is missing.");
  if (auto done = grants_.revoke_token(token, call->client.id); !done) return error_answer(done.error());
  return json_answer(200, {});
}

http::Response Endpoint::introspect(const http::Request& request) {
  auto call = authenticate_client(request);
  if (!call) return std::move(call.error());
  if (!call->client.introspects)
    return error_answer(403, "unauthorized_client",
                        "Only resource servers that an admin has registered may introspect tokens.");
  const auto found = grants_.introspect(parameter(call->form, "token"));
  if (!found) return error_answer(found.error());
  json::object body;
  body["active"] = found->has_value();
  if (*found) {
    const Grant& grant = (*found)->grant;
    body["scope"] = grant.oauth_scope;
    body["client_id"] = grant.client_id;
    body["username"] = name_of_(grant.user);
    body["token_type"] = "Bearer";
    body["exp"] = (*found)->expires_at / kMicrosPerSecond;
    body["sub"] = grant.user.str();
    body["aud"] = grant.resource;
    body["iss"] = public_url_;
  }
  return json_answer(200, body);
}

}  // namespace wick::oauth
