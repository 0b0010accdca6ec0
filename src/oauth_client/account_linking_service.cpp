#include "oauth_client/account_linking_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "http/field.h"
#include "oauth_client/token_endpoint.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kRandomBytes = 32;

std::unexpected<ConnectRefusal> refuse(LinkingFailure failure, std::string reason, std::string connector) {
  return std::unexpected(ConnectRefusal{failure, std::move(reason), std::move(connector)});
}

std::string place_of(std::string_view digest) {
  return "upstream authorization/" +
         to_hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

// The error code of the response, or a constant text when the code is invalid (RFC 6749 §4.1.2.1).
std::string plain_error(const std::string& code) {
  return is_error_code(code) ? code : "an error that is not a word";
}

bool offers_offline_access(const AuthorizationServer& server) {
  const auto& offered = server.scopes_supported;
  return std::find(offered.begin(), offered.end(), "offline_access") != offered.end();
}

// MCP 2026-07-28, "Scope Selection Strategy": the scope that an admin has set, or else that of the challenge, or else all
// that the resource supports. "Step-Up Authorization Flow": the scope that was requested before, and the one that the
// server has asked for since. `before`: the account that the user has connected already; null: none.
std::string scope_to_request(std::string configured, const std::string& challenged,
                             const std::vector<std::string>& supported, const LinkedAccount* before,
                             bool is_offline) {
  std::string scope = std::move(configured);
  if (scope.empty()) scope = challenged;
  if (scope.empty()) scope = scope_text(supported);
  if (before != nullptr && !before->wanted_scope.empty()) {
    scope = scope_union(scope, before->requested_scope);
    scope = scope_union(scope, before->wanted_scope);
  }
  return is_offline ? scope_union(scope, "offline_access") : scope;
}

}  // namespace

AccountLinkingService::AccountLinkingService(Dependencies dependencies)
    : accounts_(dependencies.accounts),
      registrations_(dependencies.registrations),
      authorization_(dependencies.authorization),
      access_(dependencies.access),
      db_(dependencies.db),
      http_(dependencies.http),
      discovery_(dependencies.http),
      pool_(dependencies.pool),
      key_(dependencies.key),
      clock_(dependencies.clock) {}

std::string AccountLinkingService::seal(const Pending& pending, std::string_view place) const {
  json::object out;
  out["redirect_uri"] = pending.redirect_uri;
  out["verifier"] = pending.verifier;
  out["scope"] = pending.scope;
  out["says_issuer"] = pending.says_issuer;
  out["resource"] = pending.grant.resource;
  out["issuer"] = pending.grant.issuer;
  out["token_endpoint"] = pending.grant.token_endpoint;
  out["revocation_endpoint"] = pending.grant.revocation_endpoint;
  out["client_id"] = pending.grant.client.id;
  out["client_secret"] = pending.grant.client.secret.reveal();
  out["auth_method"] = pending.grant.client.method;
  const Secret plain(to_json(out));
  return key_.seal(plain, place);
}

Result<AccountLinkingService::Pending> AccountLinkingService::open(std::string_view sealed,
                                                                   std::string_view place) const {
  WICK_TRY(plain, key_.open(sealed, place));
  const json::value value = parse_trusted_json(plain.reveal());
  if (!value.is_object()) return fail(ErrorCode::kInternal, "An authorization in progress is damaged.");
  const json::object& kept = value.get_object();
  Pending out;
  out.redirect_uri = text_or_empty(kept, "redirect_uri");
  out.verifier = text_or_empty(kept, "verifier");
  out.scope = text_or_empty(kept, "scope");
  out.says_issuer = bool_or_false(kept, "says_issuer");
  out.grant.resource = text_or_empty(kept, "resource");
  out.grant.issuer = text_or_empty(kept, "issuer");
  out.grant.token_endpoint = text_or_empty(kept, "token_endpoint");
  out.grant.revocation_endpoint = text_or_empty(kept, "revocation_endpoint");
  out.grant.client.id = text_or_empty(kept, "client_id");
  out.grant.client.secret = Secret(text_or_empty(kept, "client_secret"));
  out.grant.client.method = text_or_empty(kept, "auth_method");
  return out;
}

std::string AccountLinkingService::authorization_url(const std::string& endpoint, const Pending& pending,
                                                     const std::string& state, bool is_offline) {
  std::string out = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                    "response_type=code&client_id=" + percent_encode(pending.grant.client.id) +
                    "&redirect_uri=" + percent_encode(pending.redirect_uri) + "&state=" + state +
                    "&code_challenge=" + to_base64url(as_bytes(sha256(pending.verifier))) +
                    "&code_challenge_method=S256&resource=" + percent_encode(pending.grant.resource);
  if (!pending.scope.empty()) out += "&scope=" + percent_encode(pending.scope);
  // OpenID Connect Core §11: a server ignores offline_access without the prompt.
  if (is_offline) out += "&prompt=consent";
  return out;
}

http::Task<Result<std::string>> AccountLinkingService::start_linking(
    std::shared_ptr<const ConnectorEntry> connector, UserId user, SessionId session) {
  if (account_kind_of(*connector) != LinkedAccountKind::kOAuth)
    co_return invalid("This connector does not use per-user accounts.");
  if (const auto wait = connects_.take(user.str(), clock_.now()); wait.count() > 0) {
    co_return fail(rate_limited("accounts were connected by you in an hour", wait));
  }
  const UpstreamEndpoint endpoint = endpoint_of(*connector);
  WICK_CO_TRY(challenge, co_await discovery_.fetch_challenge(endpoint));
  const std::string challenged = challenge.scope;
  WICK_CO_TRY(protected_resource, co_await discovery_.find_resource(endpoint, std::move(challenge)));
  const AuthorizationServer server = std::move(protected_resource.server);
  // MCP 2026-07-28, "Authorization Code Protection": the metadata must list S256.
  if (!server.s256) {
    co_return fail(ErrorCode::kUpstream,
                   "The authorization server does not declare PKCE with S256 "
                   "(code_challenge_methods_supported): connecting to it is not safe.");
  }
  WICK_CO_CHECK(
      make_get_request(endpoint, server.authorization_endpoint, server.issuer, "The authorization endpoint"));
  WICK_CO_TRY(registered, co_await registrations_.find(connector, server));
  WICK_CO_TRY(before,
              co_await offload(pool_, user.str(), [&] { return accounts_.find(connector->id, user); }));

  const bool is_offline = offers_offline_access(server);
  const std::string scope =
      scope_to_request(text_or_empty(connector->config, "scope"), challenged,
                       protected_resource.scopes_supported, before ? &*before : nullptr, is_offline);

  Pending pending;
  pending.redirect_uri = registered.redirect_uri;
  pending.verifier = to_base64url(random_bytes(kRandomBytes));
  pending.scope = scope;
  pending.says_issuer = server.says_issuer;
  pending.grant.resource = protected_resource.resource;
  pending.grant.issuer = server.issuer;
  pending.grant.token_endpoint = server.token_endpoint;
  pending.grant.revocation_endpoint = server.revocation_endpoint;
  pending.grant.client = std::move(registered.client);
  const std::string state = random_hex(kRandomBytes);
  const auto digest = sha256(state);
  account_store::PendingRow row;
  row.digest = std::string(as_bytes(digest));
  row.session = session.str();
  row.user = user.str();
  row.connector = connector->id.str();
  row.request = seal(pending, place_of(row.digest));
  row.expires_at = clock_.now() + to_micros(kConnectAge);
  auto kept = co_await offload(pool_, user.str(), [&] {
    return db_.write(
        [&](Transaction& tx) { return account_store::put_pending(tx, row, kMaxPendingPerSession); });
  });
  WICK_CO_CHECK(kept);

  co_return authorization_url(server.authorization_endpoint, pending, state, is_offline);
}

Result<std::pair<ConnectorId, AccountLinkingService::Pending>> AccountLinkingService::take(
    const ConnectAnswer& answer) {
  const auto digest = sha256(answer.state);
  WICK_TRY(row, db_.write([&](Transaction& tx) -> Result<account_store::PendingRow> {
    WICK_TRY(found, account_store::find_pending(tx, as_bytes(digest)));
    // The row of another user stays: a stolen state must not break its owner's flow.
    if (!found || found->session != answer.session.str() || found->user != answer.user.str())
      return fail(ErrorCode::kNotFound, "the state is not of a connection that this session has started");
    WICK_CHECK(account_store::remove_pending(tx, as_bytes(digest)));
    return std::move(*found);
  }));
  if (row.expires_at <= clock_.now()) return fail(ErrorCode::kNotFound, "it took longer than ten minutes");
  const auto connector = ConnectorId::parse(row.connector);
  WICK_TRY(pending, open(row.request, place_of(row.digest)));
  if (!connector) return fail(ErrorCode::kInternal, "An authorization in progress is damaged.");
  return std::pair(*connector, std::move(pending));
}

http::Task<std::expected<std::string, ConnectRefusal>> AccountLinkingService::finish(ConnectAnswer answer) {
  auto taken = co_await offload(pool_, answer.user.str(), [&] { return take(answer); });
  if (!taken) {
    const bool unknown = taken.error().code == ErrorCode::kNotFound;
    co_return refuse(unknown ? LinkingFailure::kExpired : LinkingFailure::kUnavailable,
                     std::move(taken.error().message), answer.connector);
  }
  const std::string id = taken->first.str();
  Pending& pending = taken->second;
  // Mix-up: a response to the redirect URI of another connector is refused.
  const std::string came_to = answer.connector.empty() ? "" : registrations_.redirect_uri(taken->first);
  if (answer.connector.empty() ? pending.redirect_uri == registrations_.redirect_uri(taken->first)
                               : answer.connector != id || pending.redirect_uri != came_to)
    co_return refuse(LinkingFailure::kWrongIssuer, "the response came to the address of another connector",
                     id);
  // RFC 9207 §2.4, by simple comparison.
  if (answer.issuer.empty() ? pending.says_issuer : answer.issuer != pending.grant.issuer)
    co_return refuse(LinkingFailure::kWrongIssuer, "the response's iss is not the requested issuer", id);
  if (answer.error == "access_denied") co_return refuse(LinkingFailure::kDenied, "the user denied it", id);
  if (!answer.error.empty())
    co_return refuse(LinkingFailure::kFailed,
                     "the authorization server answers with " + plain_error(answer.error), id);
  if (answer.code.empty())
    co_return refuse(LinkingFailure::kFailed, "the authorization server answers with no code", id);
  const auto snapshot = access_.snapshot();
  const UserEntry* user = snapshot->user(answer.user);
  const auto connector = snapshot->connectors.find(taken->first);
  if (user == nullptr || connector == nullptr || !snapshot->may_use(*user, *connector) ||
      account_kind_of(*connector) != LinkedAccountKind::kOAuth)
    co_return refuse(LinkingFailure::kFailed, "the connector is not available to this user any more", id);
  if (!covers(pending.grant.resource, text_or_empty(connector->config, "url")))
    co_return refuse(LinkingFailure::kFailed, "the connector's address was changed meanwhile", id);

  const UpstreamEndpoint endpoint = endpoint_of(*connector);
  pending.grant.allow_private_addresses = endpoint.allow_private_addresses;
  Form form;
  form.emplace_back("grant_type", "authorization_code");
  form.emplace_back("code", answer.code);
  form.emplace_back("redirect_uri", pending.redirect_uri);
  form.emplace_back("code_verifier", pending.verifier);
  form.emplace_back("resource", pending.grant.resource);
  ClientIdentity client = pending.grant.client.clone();
  const Micros now = clock_.now();
  auto tokens = co_await request_tokens(http_, endpoint, pending.grant.issuer, pending.grant.token_endpoint,
                                        std::move(client), std::move(form), now);
  if (!tokens) {
    if (tokens.error().reason == TokenRefusal::Reason::kClient)
      co_await registrations_.forget(taken->first, pending.grant.issuer);
    co_return refuse(LinkingFailure::kFailed, std::move(tokens.error().message), id);
  }
  LinkedAccount account;
  account.kind = LinkedAccountKind::kOAuth;
  account.requested_scope = pending.scope;
  account.granted_scope = tokens->scope;
  account.issuer = pending.grant.issuer;
  account.expires_at = tokens->expires_at;
  account.grant = std::move(pending.grant);
  account.grant->access = std::move(tokens->access);
  account.grant->refresh = std::move(tokens->refresh);
  auto put = co_await offload(pool_, answer.user.str(),
                              [&] { return accounts_.put(taken->first, answer.user, account); });
  if (!put) co_return refuse(LinkingFailure::kUnavailable, std::move(put.error().message), id);
  co_return id;
}

Result<void> AccountLinkingService::put_key(const ConnectorEntry& connector, const UserId& user,
                                            std::string key) {
  if (account_kind_of(connector) != LinkedAccountKind::kKey)
    return invalid("This connector does not use per-user keys.");
  const std::string trimmed(trim(key));
  wipe(key.data(), key.size());
  const bool ascii = std::none_of(trimmed.begin(), trimmed.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (trimmed.empty() || trimmed.size() > kMaxUserKeyBytes || !ascii || !http::is_field_value(trimmed)) {
    return invalid("The key must be 1 to " + std::to_string(kMaxUserKeyBytes) +
                   " characters of ASCII, as the system shows it.");
  }
  const auto url = parse_url(text_or_empty(connector.config, "url"));
  if (!url) return invalid("The connector's address is not an http or https URL.");
  LinkedAccount account;
  account.kind = LinkedAccountKind::kKey;
  UpstreamGrant& grant = account.grant.emplace();
  grant.access = Secret(trimmed);
  grant.resource = url->origin();
  return accounts_.put(connector.id, user, account);
}

Result<AccountView> AccountLinkingService::view(const ConnectorEntry& connector, const UserId& user) {
  AccountView out;
  const auto kind = account_kind_of(connector);
  if (!kind) return out;
  WICK_TRY(found, accounts_.find(connector.id, user));
  if (!found || found->kind != *kind) return out;
  const LinkedAccount& account = *found;
  out.issuer = account.issuer;
  out.scope = account.granted_scope.empty() ? account.requested_scope : account.granted_scope;
  out.wanted_scope = account.wanted_scope;
  out.connected_at = account.connected_at;
  const bool alive = is_alive(account, clock_.now()) &&
                     covers(account.grant->resource, text_or_empty(connector.config, "url"));
  out.state = !alive                          ? LinkedAccountState::kEnded
              : account.refused               ? LinkedAccountState::kRefused
              : !account.wanted_scope.empty() ? LinkedAccountState::kMoreAccess
                                              : LinkedAccountState::kConnected;
  return out;
}

Result<void> AccountLinkingService::disconnect(const ConnectorEntry& connector, const UserId& user) {
  WICK_TRY(removed, accounts_.remove(connector.id, user));
  if (!removed) return fail(ErrorCode::kNotFound, "You have no account connected here.");
  return {};
}

http::Task<void> AccountLinkingService::revoke_ended(std::function<bool()> stop) {
  while (!stop()) {
    auto taken = co_await offload(pool_, "", [&] { return accounts_.take_revocation(); });
    if (!taken) {
      spdlog::warn("a revocation at a connected server: {}", taken.error().message);
      co_return;
    }
    if (!*taken) co_return;
    auto& revocation = **taken;
    UpstreamGrant& grant = revocation.grant;
    bool over = grant.revocation_endpoint.empty() || revocation.row.attempts >= kMaxRevocationAttempts;
    if (!grant.revocation_endpoint.empty()) {
      // RFC 7009 §2.1: a refresh token takes the access tokens of its grant along.
      const bool refresh = !grant.refresh.empty();
      const UpstreamEndpoint endpoint{grant.resource, grant.allow_private_addresses};
      Secret token = refresh ? grant.refresh.clone() : grant.access.clone();
      std::string hint = refresh ? "refresh_token" : "access_token";
      ClientIdentity client = grant.client.clone();
      auto told = co_await revoke_token(http_, endpoint, grant.issuer, grant.revocation_endpoint,
                                        std::move(client), std::move(token), std::move(hint));
      over = over || told.has_value();
      if (!told) spdlog::warn("a revocation at {}: {}", grant.issuer, told.error().message);
    }
    if (!over) continue;
    auto dropped = co_await offload(pool_, "", [&] { return accounts_.finish_revocation(revocation); });
    if (!dropped) co_return;
  }
}

Result<void> AccountLinkingService::purge() {
  return account_store::purge_pending(db_, clock_.now());
}

}  // namespace wick::upstream
