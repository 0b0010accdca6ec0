#include "oauth_client/client_registrations.h"

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/connector_config.h"
#include "crypto/digest.h"
#include "oauth_client/linked_account_store.h"

namespace wick::upstream {
namespace {

constexpr std::chrono::minutes kSecretMargin{5};  // a secret that expires within this time counts as expired

std::string client_seal_context(std::string_view connector, std::string_view issuer) {
  return "upstream client/" + std::string(connector) + "/" + std::string(issuer);
}

// Identifies the client that an admin has set. Setting the same client again changes the digest, because the secret is sealed
// again.
std::string digest_of(const ConnectorEntry& connector) {
  const auto* sealed = connector.sealed_secrets.if_contains("secret");
  const std::string secret =
      sealed != nullptr && sealed->is_string() ? std::string(sealed->get_string()) : "";
  const auto digest = sha256(text_or_empty(connector.config, "client_id") + "\n" + secret);
  return std::string(as_bytes(digest));
}

}  // namespace

ClientRegistrations::ClientRegistrations(Dependencies dependencies)
    : db_(dependencies.db),
      http_(dependencies.http),
      pool_(dependencies.pool),
      key_(dependencies.key),
      clock_(dependencies.clock),
      public_url_(dependencies.public_url) {}

std::string ClientRegistrations::redirect_uri(const ConnectorId& connector) const {
  return public_url_ + std::string(kCallbackPath) + "/" + connector.str();
}

bool ClientRegistrations::has_document() const {
  return public_url_.starts_with("https://");
}

json::object ClientRegistrations::metadata(const std::string& redirect_uri,
                                           const std::string& auth_method) const {
  const auto url = parse_url(public_url_);
  const std::string host = url ? url->host() : "";
  json::object out;
  // The consent page of the authorization server shows the name, so it identifies this server.
  out["client_name"] = "Wick (" + host + ")";
  out["client_uri"] = public_url_;
  out["redirect_uris"] = json::array{json::string(redirect_uri)};
  out["grant_types"] = json::array{"authorization_code", "refresh_token"};
  out["response_types"] = json::array{"code"};
  out["token_endpoint_auth_method"] = auth_method;
  // MCP 2026-07-28, client-registration: a client at a loopback address is native.
  const bool local = host == "localhost" || host.starts_with("127.") || host == "[::1]";
  out["application_type"] = local ? "native" : "web";
  return out;
}

json::object ClientRegistrations::document() const {
  json::object out;
  out["client_id"] = public_url_ + std::string(kMetadataDocumentPath);
  for (auto& member : metadata(public_url_ + std::string(kCallbackPath), "none"))
    out[member.key()] = std::move(member.value());
  return out;
}

http::Task<Result<ClientIdentity>> ClientRegistrations::configured(
    std::shared_ptr<const ConnectorEntry> connector, AuthorizationServer server, bool pin) {
  auto secret = open_secret(key_, *connector, "secret");
  if (!secret) {
    co_return fail(ErrorCode::kForbidden, "The client secret of \"" + connector->label +
                                              "\" cannot be opened: an admin has to set it again.");
  }
  const auto find_pinned_issuer = [&]() -> Result<std::string> {
    if (!pin) return server.issuer;
    return db_.write([&](Transaction& tx) {
      return account_store::pinned_issuer(tx, connector->id.str(), digest_of(*connector), server.issuer);
    });
  };
  WICK_CO_TRY(pinned_issuer, co_await offload(pool_, "", find_pinned_issuer));
  if (pinned_issuer != server.issuer) {
    co_return fail(ErrorCode::kForbidden,
                   "The client id of \"" + connector->label + "\" belongs to the authorization server " +
                       pinned_issuer + ", and the MCP server now names " + server.issuer +
                       ": an admin has to register with that one and set the client id it gives.");
  }
  ClientIdentity client;
  client.id = text_or_empty(connector->config, "client_id");
  client.method = auth_method_for(server.auth_methods, !secret->empty());
  client.secret = std::move(*secret);
  co_return std::move(client);
}

http::Task<Result<ClientRegistrations::Registered>> ClientRegistrations::find(
    std::shared_ptr<const ConnectorEntry> connector, AuthorizationServer server) {
  Registered out;
  out.redirect_uri = redirect_uri(connector->id);
  if (!text_or_empty(connector->config, "client_id").empty()) {
    WICK_CO_TRY(client, co_await configured(connector, server, true));
    out.client = std::move(client);
    co_return std::move(out);
  }
  const bool can_register = !server.registration_endpoint.empty();
  if (has_document() && server.metadata_documents && (server.says_issuer || !can_register)) {
    out.client.id = public_url_ + std::string(kMetadataDocumentPath);
    out.client.method = "none";
    out.redirect_uri = public_url_ + std::string(kCallbackPath);
    co_return std::move(out);
  }
  if (!can_register) {
    co_return fail(ErrorCode::kForbidden,
                   "The authorization server of \"" + connector->label +
                       "\" does not allow registration: an admin has to register this server there, "
                       "with the redirect address " +
                       out.redirect_uri + ", and set the client id that it gives.");
  }
  const std::string connector_id = connector->id.str();
  const std::string place = client_seal_context(connector_id, server.issuer);
  const auto find_stored_client = [&] {
    return db_.read(
        [&](Transaction& tx) { return account_store::find_client(tx, connector_id, server.issuer); });
  };
  WICK_CO_TRY(known, co_await offload(pool_, "", find_stored_client));
  if (known && known->redirect_uri == out.redirect_uri &&
      (known->expires_at == 0 || known->expires_at > clock_.now() + to_micros(kSecretMargin))) {
    auto plain = key_.open(known->identity, place);
    const json::value kept = plain ? parse_trusted_json(plain->reveal()) : json::value();
    if (kept.is_object()) {
      out.client.id = text_or_empty(kept.get_object(), "id");
      out.client.secret = Secret(text_or_empty(kept.get_object(), "secret"));
      out.client.method = text_or_empty(kept.get_object(), "method");
      co_return std::move(out);
    }
  }
  json::object wanted = metadata(out.redirect_uri, auth_method_for(server.auth_methods, true));
  UpstreamEndpoint endpoint = endpoint_of(*connector);
  WICK_CO_TRY(registered, co_await register_client(http_, std::move(endpoint), server, std::move(wanted)));
  out.client = std::move(registered.first);
  json::object kept;
  kept["id"] = out.client.id;
  kept["secret"] = out.client.secret.reveal();
  kept["method"] = out.client.method;
  const Secret plain(to_json(kept));
  const account_store::ClientRow row{server.issuer, out.redirect_uri, key_.seal(plain, place),
                                     registered.second};
  auto stored = co_await offload(pool_, "", [&] {
    return db_.write([&](Transaction& tx) { return account_store::put_client(tx, connector_id, row); });
  });
  WICK_CO_CHECK(stored);
  co_return std::move(out);
}

http::Task<void> ClientRegistrations::forget(ConnectorId connector, std::string issuer) {
  // When the removal fails, the next refusal removes the registration.
  co_await offload(pool_, "", [&] {
    return db_.write_with_reserve(
        [&](Transaction& tx) { return account_store::remove_client(tx, connector.str(), issuer); });
  });
}

}  // namespace wick::upstream
