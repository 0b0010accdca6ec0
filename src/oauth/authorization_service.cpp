#include "oauth/authorization_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "oauth/authorization_store.h"
#include "tokens/authenticator.h"
#include "tokens/resource.h"

namespace wick {
namespace {

constexpr std::size_t kRequestIdBytes = 16;
constexpr std::size_t kMaxStateBytes = 2000;

std::unexpected<Error> no_request() {
  return fail(ErrorCode::kNotFound,
              "This request has been decided, has expired, or is not yours: start again from the app.");
}

std::string text_or(const std::map<std::string, std::string, std::less<>>& parameters,
                    std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

bool has_scope(std::string_view list, std::string_view scope) {
  const auto all = split(list, ' ');
  return std::find(all.begin(), all.end(), scope) != all.end();
}

}  // namespace

AuthorizationService::AuthorizationService(Dependencies dependencies)
    : db_(dependencies.db),
      clients_(dependencies.clients),
      grants_(dependencies.grants),
      devices_(dependencies.devices),
      clock_(dependencies.clock),
      issuer_(std::move(dependencies.issuer)),
      resource_(std::move(dependencies.resource)) {}

std::expected<AuthorizationRequest, AuthorizationError> AuthorizationService::read(
    const std::map<std::string, std::string, std::less<>>& parameters) const {
  const auto wrong = [](const char* code, const char* description) {
    return std::unexpected(AuthorizationError{code, description});
  };
  AuthorizationRequest request;
  request.client_id = text_or(parameters, "client_id");
  request.redirect_uri = text_or(parameters, "redirect_uri");
  request.state = text_or(parameters, "state");
  request.code_challenge = text_or(parameters, "code_challenge");
  request.oauth_scope = text_or(parameters, "scope");
  request.resource = text_or(parameters, "resource");
  if (request.state.size() > kMaxStateBytes) {
    request.state.clear();
    return wrong("invalid_request", "The state is too long.");
  }
  if (text_or(parameters, "response_type") != "code")
    return wrong("unsupported_response_type", "The response_type must be code.");
  const std::string mode = text_or(parameters, "response_mode");
  if (!mode.empty() && mode != "query") return wrong("invalid_request", "The response_mode must be query.");
  if (parameters.contains("request") || parameters.contains("request_uri"))
    return wrong("request_not_supported", "Request objects are not supported.");
  if (text_or(parameters, "code_challenge_method") != "S256" || request.code_challenge.size() != 43 ||
      !from_base64url(request.code_challenge)) {
    return wrong("invalid_request", "PKCE is required: a code_challenge with code_challenge_method S256.");
  }
  const std::string prompt = text_or(parameters, "prompt");
  if (prompt == "none") return wrong("consent_required", "Consent is always asked.");
  for (const std::string_view one : split(prompt, ' ')) {
    if (!one.empty() && one != "consent" && one != "login" && one != "select_account")
      return wrong("invalid_request", "The prompt is not one of consent, login and select_account.");
  }
  WICK_CHECK(read_scope(request));
  return request;
}

std::expected<void, AuthorizationError> AuthorizationService::read_scope(
    AuthorizationRequest& request) const {
  if (request.resource.empty()) request.resource = resource_;
  const auto name = resource_name(resource_, request.resource);
  if (!name) {
    return std::unexpected(
        AuthorizationError{"invalid_target", "This server issues no tokens for that resource."});
  }
  request.resource = resource_ + resource_path(*name).substr(resource_path("").size());
  // RFC 6749 §3.3: unknown scopes are ignored, and the response contains the granted scopes. A request of unknown scopes only is
  // refused, because the full scope would be more than the client has requested.
  std::string known;
  bool has_unknown = false;
  for (const std::string_view scope : split(request.oauth_scope, ' ')) {
    if (is_known_scope(scope)) {
      known.append(known.empty() ? "" : " ").append(scope);
    } else {
      has_unknown = has_unknown || !scope.empty();
    }
  }
  if (known.empty() && has_unknown) {
    return std::unexpected(
        AuthorizationError{"invalid_scope", "The scopes here are mcp:read, mcp:write and offline_access."});
  }
  if (!has_scope(known, kReadScope) && !has_scope(known, kWriteScope))
    known.append(known.empty() ? "" : " ").append(kReadScope).append(" ").append(kWriteScope);
  request.oauth_scope = std::move(known);
  return {};
}

Result<Secret> AuthorizationService::keep(const AuthorizationRequest& request, const SessionId& session,
                                          const UserId& user) {
  Secret id(random_hex(kRequestIdBytes));
  const auto digest = sha256(id.reveal());
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(authorization_store::insert(tx, digest, request, session, user,
                                           clock_.now() + to_micros(kRequestAge)));
    return authorization_store::remove_oldest(tx, session, kMaxRequestsPerSession);
  }));
  return id;
}

Result<AuthorizationRequest> AuthorizationService::find(std::string_view id, const SessionId& session,
                                                        const UserId& user) {
  const auto digest = sha256(id);
  WICK_TRY(found, db_.read([&](Transaction& tx) {
    return authorization_store::find(tx, digest, session, user, clock_.now());
  }));
  if (!found) return no_request();
  return std::move(*found);
}

Result<AuthorizationRequest> AuthorizationService::take(std::string_view id, const SessionId& session,
                                                        const UserId& user) {
  auto request = find(id, session, user);
  if (!request) return request;
  const auto digest = sha256(id);
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, authorization_store::remove(tx, digest));
    if (removed != 1) return no_request();
    return {};
  }));
  return request;
}

std::string AuthorizationService::redirect(
    const AuthorizationRequest& request,
    std::initializer_list<std::pair<std::string_view, std::string_view>> parameters) const {
  std::string out = request.redirect_uri;
  char separator = out.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    out += separator;
    out.append(name).append("=").append(percent_encode(value));
    separator = '&';
  };
  for (const auto& [name, value] : parameters) add(name, value);
  if (!request.state.empty()) add("state", request.state);
  add("iss", issuer_);
  return out;
}

Result<Secret> AuthorizationService::keep_device(std::string_view user_code, const SessionId& session,
                                                 const UserId& user) {
  WICK_TRY(device, devices_.find(user_code));
  AuthorizationRequest request;
  request.client_id = device.client_id;
  request.oauth_scope = device.oauth_scope;
  request.resource = device.resource;
  request.device = device.digest;
  request.user_code = normal_user_code(user_code).insert(kUserCodeLetters / 2, "-");
  request.ip = device.ip;
  request.user_agent = device.user_agent;
  return keep(request, session, user);
}

std::string AuthorizationService::connector_name(const AuthorizationRequest& request) const {
  return resource_name(resource_, request.resource).value_or("");
}

Result<const ConnectorEntry*> AuthorizationService::find_connector(const AuthorizationRequest& request,
                                                                   const UserId& user,
                                                                   const AccessSnapshot& snapshot) const {
  const std::string name = connector_name(request);
  const UserEntry* entry = snapshot.user(user);
  if (entry != nullptr) {
    for (const ConnectorEntry* one : snapshot.visible(*entry)) {
      if (one->slug == name || one->id.str() == name) return one;
    }
  }
  return fail(ErrorCode::kNotFound, "The app asks for " + request.resource +
                                        ", and there is no such connector for you. Nothing was granted.");
}

Result<std::string> AuthorizationService::approve(std::string_view id, const SessionId& session,
                                                  const UserId& user, ScopePtr scope,
                                                  const AccessSnapshot& snapshot) {
  auto request = find(id, session, user);
  if (!request) return fail(std::move(request.error()));
  if (!connector_name(*request).empty()) {
    WICK_TRY(connector, find_connector(*request, user, snapshot));
    WICK_TRY(narrowed, only_connector(scope, connector->id));
    scope = std::move(narrowed);
  }
  request = take(id, session, user);
  if (!request) return fail(std::move(request.error()));
  const bool by_device = !request->device.empty();
  auto client = clients_.get(request->client_id);
  if (!client || client->blocked ||
      !(by_device ? client->metadata.devices : client->redirects_to(request->redirect_uri)))
    return no_request();
  Approval approval;
  approval.user = user;
  approval.client_id = request->client_id;
  approval.redirect_uri = request->redirect_uri;
  approval.code_challenge = request->code_challenge;
  approval.resource = request->resource;
  approval.refreshes = client->metadata.refreshes;
  const bool may_write = has_scope(request->oauth_scope, kWriteScope);
  if (!may_write) scope = only_reading(scope, snapshot);
  const bool writes = may_write && (scope == nullptr || scope->operations != Scope::Operations::kReadOnly);
  approval.oauth_scope = std::string(kReadScope);
  if (writes) approval.oauth_scope.append(" ").append(kWriteScope);
  if (approval.refreshes && has_scope(request->oauth_scope, kOfflineScope))
    approval.oauth_scope.append(" ").append(kOfflineScope);
  approval.scope = std::move(scope);
  if (by_device) {
    WICK_CHECK(devices_.approve(request->device, approval));
    return "/device?done=approved";
  }
  WICK_TRY(code, grants_.approve(approval));
  return redirect(*request, {{"code", code.reveal()}});
}

Result<std::string> AuthorizationService::deny(std::string_view id, const SessionId& session,
                                               const UserId& user) {
  WICK_TRY(request, take(id, session, user));
  if (!request.device.empty()) {
    WICK_CHECK(devices_.deny(request.device));
    return "/device?done=denied";
  }
  return redirect(request, {{"error", "access_denied"}, {"error_description", "The user said no."}});
}

Result<void> AuthorizationService::purge() {
  return authorization_store::purge(db_, clock_.now());
}

}  // namespace wick
