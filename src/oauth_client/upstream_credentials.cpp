#include "oauth_client/upstream_credentials.h"

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/connector_config.h"
#include "crypto/digest.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kMaxShownScopeBytes = 200;

std::string auth_of(const ConnectorEntry& connector) {
  return text_or_empty(connector.config, "auth");
}

std::optional<LinkedAccountKind> account_kind_of_auth(std::string_view auth) {
  if (auth == kPerUserOAuth) return LinkedAccountKind::kOAuth;
  if (auth == kPerUserKey) return LinkedAccountKind::kKey;
  return std::nullopt;
}

Error forbidden(std::string message) {
  return Error{ErrorCode::kForbidden, std::move(message), {}};
}

std::string fingerprint_of(const ConnectorEntry& connector) {
  return to_hex(sha256(to_json(connector.config) + to_json(connector.sealed_secrets)));
}

// The server's words, in ours.
std::string shown(std::string_view scope) {
  return std::string(truncate_utf8(scope, kMaxShownScopeBytes));
}

UpstreamCredential bearer(std::string_view token) {
  return {"Authorization", "Bearer " + std::string(token), std::string(token)};
}

}  // namespace

std::optional<LinkedAccountKind> account_kind_of(const ConnectorEntry& connector) {
  return connector.kind == "mcp" ? account_kind_of_auth(auth_of(connector)) : std::nullopt;
}

Result<void> check_oauth_config(const json::object& config) {
  const auto invalid = [](std::string message) {
    return fail(ErrorCode::kInvalidArgument, std::move(message));
  };
  const std::string auth = text_or_empty(config, "auth");
  const std::string token_url = text_or_empty(config, "token_url");
  if (!token_url.empty() && !parse_url(token_url))
    return invalid("The token URL must begin with http:// or https:// and name a host.");
  if (auth == kClientCredentials && text_or_empty(config, "client_id").empty())
    return invalid("oauth_client_credentials needs a client id.");
  const std::string scope = text_or_empty(config, "scope");
  if (!trim(scope).empty() && scopes_of(scope).empty())
    return invalid("The scope must be words of visible ASCII, separated by spaces.");
  const bool shows = account_kind_of_auth(auth) || auth == kClientCredentials;
  if (shows && !text_or_empty(config, "command").empty())
    return invalid("A command receives its secret in a variable: accounts and OAuth need an address.");
  if (shows && !parse_url(text_or_empty(config, "url")))
    return invalid(
        "The address must be plain ASCII without a fragment (#…), so that tokens can be issued for it.");
  return {};
}

UpstreamCredentials::UpstreamCredentials(Dependencies dependencies)
    : accounts_(dependencies.accounts),
      registrations_(dependencies.registrations),
      access_(dependencies.access),
      http_(dependencies.http),
      discovery_(dependencies.http),
      pool_(dependencies.pool),
      key_(dependencies.key),
      clock_(dependencies.clock),
      public_url_(dependencies.public_url) {}

std::string UpstreamCredentials::connect_url(const ConnectorId& connector) const {
  return public_url_ + "/connectors/" + connector.str() + "/connect";
}

Error UpstreamCredentials::must_connect(const ConnectorEntry& connector) const {
  const bool key = account_kind_of(connector) == LinkedAccountKind::kKey;
  return forbidden("\"" + connector.label + "\" needs " +
                   (key ? "a key of your own: enter it at " : "an account of your own: connect it at ") +
                   connect_url(connector.id) + " and try again.");
}

Error UpstreamCredentials::must_reconnect(const ConnectorEntry& connector) const {
  const bool key = account_kind_of(connector) == LinkedAccountKind::kKey;
  return forbidden(
      "\"" + connector.label + "\" does not accept " +
      (key ? "your key any more: enter a new one at " : "your account any more: connect it again at ") +
      connect_url(connector.id) + " and try again.");
}

http::Task<Result<std::optional<LinkedAccount>>> UpstreamCredentials::find(
    std::shared_ptr<const ConnectorEntry> connector, UserId user) {
  auto found = co_await offload(pool_, user.str(), [&] { return accounts_.find(connector->id, user); });
  co_return found;
}

http::Task<Result<UpstreamCredential>> UpstreamCredentials::credential(
    std::shared_ptr<const ConnectorEntry> connector, UserId user) {
  if (auth_of(*connector) == kClientCredentials) {
    auto own = co_await own_token(connector);
    co_return own;
  }
  const auto kind = account_kind_of(*connector);
  if (!kind) co_return UpstreamCredential();
  if (user.empty()) {
    co_return fail(
        forbidden("\"" + connector->label +
                  "\" is used with each user's own account: ask it in the web app, as somebody who has "
                  "connected one."));
  }
  // The caller has checked the access. This check makes sure that the grant of an inactive user is never used.
  const auto snapshot = access_.snapshot();
  const UserEntry* entry = snapshot->user(user);
  if (entry == nullptr || entry->status != UserStatus::kActive)
    co_return fail(forbidden("This user is not active."));
  for (bool renewed = false;; renewed = true) {
    WICK_CO_TRY(account, co_await find(connector, user));
    if (!account || account->kind != *kind) co_return fail(must_connect(*connector));
    const LinkedAccount& has = *account;
    if (!has.grant) co_return fail(must_reconnect(*connector));
    // An admin has changed the address: a credential for one server is not sent to another server.
    if (!covers(has.grant->resource, text_or_empty(connector->config, "url")))
      co_return fail(must_connect(*connector));
    if (*kind == LinkedAccountKind::kKey) {
      const std::string name = text_or_empty(connector->config, "auth_name");
      const std::string key(has.grant->access.reveal());
      if (name.empty()) co_return bearer(key);
      co_return UpstreamCredential{name, key, key};
    }
    const Micros now = clock_.now();
    if (has.expires_at == 0 || has.expires_at - to_micros(kTokenExpirySkew) > now || renewed)
      co_return bearer(has.grant->access.reveal());
    if (has.grant->refresh.empty()) {
      if (has.expires_at <= now) co_return fail(must_reconnect(*connector));
      co_return bearer(has.grant->access.reveal());
    }
    BearerChallenge no_challenge;
    auto done = co_await renew_in_flight(connector, user, has.version, false, std::move(no_challenge));
    // The token is still valid for a moment. The next call tries to renew it again.
    if (!done && done.error().code != ErrorCode::kForbidden && has.expires_at > clock_.now())
      co_return bearer(has.grant->access.reveal());
    WICK_CO_CHECK(done);
  }
}

http::Task<Result<bool>> UpstreamCredentials::refused(std::shared_ptr<const ConnectorEntry> connector,
                                                      UserId user, std::string used_token, int status,
                                                      std::string www_authenticate, bool again) {
  const BearerChallenge challenge = parse_challenge(www_authenticate);
  const bool more = status == 403 && challenge.error == "insufficient_scope";
  if (status != 401 && !more) co_return false;
  if (auth_of(*connector) == kClientCredentials) {
    if (again) co_return false;
    std::string key = "own/" + connector->id.str();
    const std::string more_scope = more ? challenge.scope : "";
    if (more) {
      const std::lock_guard lock(mutex_);
      const auto found = own_tokens_.find(connector->id.str());
      // The token has the requested scope already, so a new token would not help.
      if (found != own_tokens_.end() && scope_within(more_scope, found->second.scope)) co_return false;
    }
    SingleFlight::Work work = [this, connector, used_token, more_scope] {
      return fetch_own_token(connector, used_token, more_scope);
    };
    WICK_CO_CHECK(co_await flights_.run(std::move(key), std::move(work)));
    co_return true;
  }
  const auto kind = account_kind_of(*connector);
  if (!kind) co_return false;
  WICK_CO_TRY(account, co_await find(connector, user));
  if (!account || !account->grant) co_return fail(must_reconnect(*connector));
  const LinkedAccount& has = *account;
  // The token was renewed or the account was connected again meanwhile.
  if (has.grant->access.reveal() != used_token) co_return !again;
  if (more) {
    if (*kind == LinkedAccountKind::kKey) co_return false;
    // The account has the requested scope, as far as Wick knows, so connecting it again would not help.
    const std::string& has_scope = has.granted_scope.empty() ? has.requested_scope : has.granted_scope;
    if (challenge.scope.empty() || scope_within(challenge.scope, has_scope)) {
      co_return fail(forbidden("\"" + connector->label + "\" refuses this request with your account" +
                               (challenge.scope.empty()
                                    ? ""
                                    : ", which has the scope it asks for (" + shown(challenge.scope) + ")") +
                               ": whoever runs that server has to allow it."));
    }
    const std::string wanted = scope_union(has.wanted_scope, challenge.scope);
    if (wanted != has.wanted_scope) {
      WICK_CO_CHECK(co_await offload(pool_, user.str(), [&] {
        return accounts_.record_wanted_scope(connector->id, user, has.version, wanted);
      }));
    }
    co_return fail(forbidden(
        "\"" + connector->label + "\" needs more access for this than your account has granted (" +
        shown(challenge.scope) + "): connect it again at " + connect_url(connector->id) + " and try again."));
  }
  if (*kind == LinkedAccountKind::kOAuth && !has.grant->refresh.empty() && !again) {
    WICK_CO_CHECK(co_await renew_in_flight(connector, user, has.version, true, challenge));
    co_return true;
  }
  // The account is kept and used again, because the refusal may be temporary.
  auto error = co_await record_refusal_by_server(connector, user);
  co_return fail(std::move(error));
}

http::Task<Error> UpstreamCredentials::record_refusal_by_server(
    std::shared_ptr<const ConnectorEntry> connector, UserId user) {
  auto account = co_await find(connector, user);
  if (account && *account && !(*account)->refused) {
    const std::int64_t version = (*account)->version;
    auto noted = co_await offload(pool_, user.str(),
                                  [&] { return accounts_.record_refusal(connector->id, user, version); });
    if (!noted) co_return std::move(noted.error());
  }
  co_return must_reconnect(*connector);
}

http::Task<Result<void>> UpstreamCredentials::renew_in_flight(std::shared_ptr<const ConnectorEntry> connector,
                                                              UserId user, std::int64_t version, bool confirm,
                                                              BearerChallenge challenge) {
  std::string key = connector->id.str() + "/" + user.str();
  SingleFlight::Work work = [this, connector, user, version, confirm, challenge] {
    return renew(connector, user, version, confirm, challenge);
  };
  auto done = co_await flights_.run(std::move(key), std::move(work));
  co_return done;
}

// The client of the grant, with the current secret when an admin has set the client.
Result<ClientIdentity> UpstreamCredentials::client_for(const ConnectorEntry& connector,
                                                       const UpstreamGrant& grant) const {
  ClientIdentity client = grant.client.clone();
  if (client.id != text_or_empty(connector.config, "client_id")) return client;
  WICK_TRY(secret, open_secret(key_, connector, "secret"));
  client.secret = std::move(secret);
  return client;
}

http::Task<Result<void>> UpstreamCredentials::renew(std::shared_ptr<const ConnectorEntry> connector,
                                                    UserId user, std::int64_t version, bool confirm,
                                                    BearerChallenge challenge) {
  WICK_CO_TRY(found, co_await find(connector, user));
  if (!found || found->version != version || !found->grant) co_return Result<void>();
  LinkedAccount account = std::move(*found);
  UpstreamGrant& grant = *account.grant;
  const auto end = [&] { return accounts_.drop_grant(connector->id, user, version); };
  const UpstreamEndpoint endpoint = endpoint_of(*connector);
  if (confirm) {
    WICK_CO_TRY(protected_resource, co_await discovery_.find_resource(endpoint, std::move(challenge)));
    if (protected_resource.server.issuer != grant.issuer) {
      spdlog::warn(
          "connector {}: it now uses the authorization server {}: its users have to connect their accounts "
          "again",
          connector->label, protected_resource.server.issuer);
      WICK_CO_CHECK(co_await offload(pool_, user.str(), end));
      co_return fail(must_reconnect(*connector));
    }
    grant.token_endpoint = protected_resource.server.token_endpoint;
    grant.revocation_endpoint = protected_resource.server.revocation_endpoint;
  }
  WICK_CO_TRY(client, client_for(*connector, grant));
  Form form;
  form.emplace_back("grant_type", "refresh_token");
  form.emplace_back("refresh_token", std::string(grant.refresh.reveal()));
  form.emplace_back("resource", grant.resource);
  const Micros now = clock_.now();
  auto tokens = co_await request_tokens(http_, endpoint, grant.issuer, grant.token_endpoint,
                                        std::move(client), std::move(form), now);
  if (!tokens) {
    const bool set_by_admin = grant.client.id == text_or_empty(connector->config, "client_id");
    const bool unknown_client = tokens.error().reason == TokenRefusal::Reason::kClient;
    if (tokens.error().reason == TokenRefusal::Reason::kOther || (unknown_client && set_by_admin)) {
      co_return fail(ErrorCode::kUpstream, "The access of your account to \"" + connector->label +
                                               "\" could not be renewed. " + tokens.error().message);
    }
    spdlog::warn("connector {}: an account has to be connected again: {}", connector->label,
                 tokens.error().message);
    if (unknown_client) co_await registrations_.forget(connector->id, grant.issuer);
    WICK_CO_CHECK(co_await offload(pool_, user.str(), end));
    co_return fail(must_reconnect(*connector));
  }
  grant.access = std::move(tokens->access);
  // RFC 6749 §6: without a new refresh token, the old one stays.
  if (!tokens->refresh.empty()) grant.refresh = std::move(tokens->refresh);
  if (!tokens->scope.empty()) account.granted_scope = tokens->scope;
  account.expires_at = tokens->expires_at;
  WICK_CO_CHECK(
      co_await offload(pool_, user.str(), [&] { return accounts_.update(connector->id, user, account); }));
  co_return Result<void>();
}

http::Task<Result<UpstreamCredential>> UpstreamCredentials::own_token(
    std::shared_ptr<const ConnectorEntry> connector) {
  const std::string id = connector->id.str();
  const std::string fingerprint = fingerprint_of(*connector);
  for (bool fetched = false;; fetched = true) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = own_tokens_.find(id);
      if (found != own_tokens_.end() && found->second.fingerprint == fingerprint &&
          (fetched || found->second.ends_at - to_micros(kTokenExpirySkew) > clock_.now()))
        co_return bearer(found->second.token.reveal());
    }
    if (fetched) co_return fail(ErrorCode::kUpstream, "The connector was changed: try again.");
    std::string stale;
    {
      const std::lock_guard lock(mutex_);
      const auto found = own_tokens_.find(id);
      if (found != own_tokens_.end()) stale = std::string(found->second.token.reveal());
    }
    std::string key = "own/" + id;
    SingleFlight::Work work = [this, connector, stale] { return fetch_own_token(connector, stale, ""); };
    WICK_CO_CHECK(co_await flights_.run(std::move(key), std::move(work)));
  }
}

http::Task<Result<void>> UpstreamCredentials::fetch_own_token(std::shared_ptr<const ConnectorEntry> connector,
                                                              std::string stale_token,
                                                              std::string more_scope) {
  const json::object& config = connector->config;
  const std::string id = connector->id.str();
  OwnToken kept;
  kept.fingerprint = fingerprint_of(*connector);
  std::string scope;
  {
    const std::lock_guard lock(mutex_);
    const auto found = own_tokens_.find(id);
    if (found != own_tokens_.end() && found->second.token.reveal() != stale_token) co_return Result<void>();
    if (found != own_tokens_.end() && found->second.fingerprint == kept.fingerprint)
      scope = found->second.scope;
  }
  const UpstreamEndpoint endpoint = endpoint_of(*connector);
  AuthorizationServer server;
  std::string resource = endpoint.url;
  server.token_endpoint = text_or_empty(config, "token_url");
  const bool named = !server.token_endpoint.empty();  // an admin has set the token endpoint
  if (!named) {
    WICK_CO_TRY(challenge, co_await discovery_.fetch_challenge(endpoint));
    if (scope.empty()) scope = challenge.scope;
    WICK_CO_TRY(protected_resource, co_await discovery_.find_resource(endpoint, std::move(challenge)));
    if (scope.empty()) scope = scope_text(protected_resource.scopes_supported);
    resource = protected_resource.resource;
    server = std::move(protected_resource.server);
  } else {
    server.issuer = server.token_endpoint;
    server.auth_methods = {"client_secret_basic"};  // RFC 6749 §2.3.1: every server supports it
  }
  if (const std::string set = text_or_empty(config, "scope"); !set.empty()) scope = set;
  if (!more_scope.empty()) scope = scope_union(scope, more_scope);
  WICK_CO_TRY(client, co_await registrations_.configured(connector, server, !named));
  Form form;
  form.emplace_back("grant_type", "client_credentials");
  if (!scope.empty()) form.emplace_back("scope", scope);
  form.emplace_back("resource", resource);
  const Micros now = clock_.now();
  auto tokens = co_await request_tokens(http_, endpoint, server.issuer, server.token_endpoint,
                                        std::move(client), std::move(form), now);
  if (!tokens) {
    co_return fail(ErrorCode::kUpstream, "\"" + connector->label + "\": " + tokens.error().message +
                                             " An admin has to check the client id and secret.");
  }
  kept.token = std::move(tokens->access);
  kept.scope = scope;
  kept.ends_at = tokens->expires_at == 0 ? now + to_micros(kDefaultTokenLifetime) : tokens->expires_at;
  const std::lock_guard lock(mutex_);
  own_tokens_.insert_or_assign(id, std::move(kept));
  co_return Result<void>();
}

}  // namespace wick::upstream
