#include "oauth/client_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "oauth/client_store.h"

namespace wick {
namespace {

constexpr std::string_view kIdPrefix = "wick_client_";
constexpr std::size_t kIdBytes = 12;
constexpr std::size_t kSecretBytes = 32;

Secret new_secret() {
  return Secret(std::string(kClientSecretPrefix) + random_hex(kSecretBytes));
}

// Whether the host of an https URL is in the list; with its port when the list has one.
bool host_in(std::string_view text, const std::vector<std::string>& hosts) {
  const auto url = Url::parse_http(text);
  if (!url) return false;
  const std::string with_port = url->host() + ":" + std::to_string(*url->port());
  return std::any_of(hosts.begin(), hosts.end(),
                     [&](const std::string& one) { return one == url->host() || one == with_port; });
}

std::unexpected<Error> no_client() {
  return fail(ErrorCode::kNotFound, "There is no client with this client_id.");
}

}  // namespace

ClientService::ClientService(Database& db, const Clock& clock, ClientPolicy policy)
    : db_(db), clock_(clock), policy_(std::move(policy)), registrations_(policy_.registrations_per_hour) {}

Result<void> ClientService::check_document_host(std::string_view url) const {
  if (policy_.metadata_documents && (policy_.metadata_hosts.empty() || host_in(url, policy_.metadata_hosts)))
    return {};
  return fail(ErrorCode::kForbidden, "This server does not allow apps from that host.");
}

bool ClientService::may_be_private(std::string_view url) const {
  return host_in(url, policy_.private_metadata_hosts);
}

bool is_metadata_document_id(std::string_view id) {
  if (!id.starts_with("https://") || id.size() > kMaxClientIdBytes || id.find('@') != std::string_view::npos)
    return false;
  const auto url = Url::parse_http(id);
  return url && url->fragment().empty() && !url->path().empty() &&
         url->path().size() + url->query().size() > 1;
}

Result<OAuthClient> ClientService::register_client(const json::object& object, std::string_view ip) {
  if (!policy_.registration) {
    return fail(ErrorCode::kForbidden, "Registration is off on this server: an admin can register this app.");
  }
  WICK_TRY(metadata, parse_client_metadata(object, policy_.redirect_schemes));
  OAuthClient client;
  client.metadata = std::move(metadata);
  client.id = std::string(kIdPrefix) + random_hex(kIdBytes);
  client.created_at = clock_.now();
  const auto digest = client_store::metadata_digest(client.metadata);
  return db_.write([&](Transaction& tx) -> Result<OAuthClient> {
    WICK_TRY(known, client_store::find_registered(tx, digest, policy_.redirect_schemes));
    if (known && known->blocked) return fail(ErrorCode::kForbidden, "An admin has blocked this app.");
    if (known) return std::move(*known);
    if (const auto wait = registrations_.take(ip, clock_.now()); wait.count() > 0)
      return fail(rate_limited("clients were registered from this network", wait));
    WICK_TRY(count, client_store::count_registered(tx));
    if (count >= kMaxRegisteredClients) {
      // Registrations of strangers must not lock others out.
      WICK_TRY(removed, client_store::remove_oldest_unused(tx));
      if (removed == 0) {
        return fail(ErrorCode::kLimit,
                    "The limit of registered clients is reached: an admin can remove some.");
      }
    }
    WICK_CHECK(client_store::put(tx, client, ip));
    return client;
  });
}

Result<OAuthClient> ClientService::keep_document(std::string_view url, const json::object& document,
                                                 std::chrono::seconds max_age) {
  WICK_TRY(id, required_string(document, "client_id"));
  if (id != url) return invalid("The document's client_id is not its own address.");
  if (!document.contains("client_name") || document.contains("client_secret"))
    return invalid("The document must have a client_name and no client_secret.");
  WICK_TRY(metadata, parse_client_metadata(document, policy_.redirect_schemes));
  OAuthClient client;
  client.id = std::string(url);
  client.source = ClientSource::kMetadataDocument;
  client.metadata = std::move(metadata);
  client.created_at = clock_.now();
  client.valid_until = client.created_at + to_micros(std::clamp(max_age, kMinDocumentAge, kMaxDocumentAge));
  WICK_CHECK(db_.write([&](Transaction& tx) { return client_store::put(tx, client, ""); }));
  return get(url);
}

Result<OAuthClient> ClientService::get(std::string_view id) {
  return db_.read([&](Transaction& tx) { return get_in(tx, id); });
}

Result<OAuthClient> ClientService::get_in(Transaction& tx, std::string_view id) const {
  WICK_TRY(client, client_store::find(tx, id, policy_.redirect_schemes));
  if (!client) return no_client();
  return std::move(*client);
}

Result<std::vector<OAuthClient>> ClientService::list() {
  return db_.read([&](Transaction& tx) { return client_store::list(tx, policy_.redirect_schemes); });
}

Result<MadeClient> ClientService::create(const NewClient& request) {
  json::object metadata;
  metadata["client_name"] = request.name;
  if (trim(request.name).empty()) return invalid("The app needs a name, which the consent page shows.");
  WICK_CHECK(check_name("The name", request.name, kMaxClientNameBytes));
  json::array uris, grants;
  for (const std::string& uri : request.redirect_uris) uris.push_back(json::string(uri));
  if (!uris.empty()) grants.push_back(json::string(kCodeGrant));
  if (request.devices) grants.push_back(json::string(kDeviceGrant));
  if (!grants.empty()) grants.push_back(json::string(kRefreshGrant));
  // A resource server may only introspect tokens, and gets none.
  if (grants.empty() && !request.introspects)
    return invalid("The app needs a redirect URI, or device codes.");
  MadeClient made;
  metadata["redirect_uris"] = std::move(uris);
  metadata["grant_types"] = std::move(grants);
  WICK_TRY(parsed, parse_kept_metadata(metadata, policy_.redirect_schemes));
  made.client.metadata = std::move(parsed);
  made.client.id = std::string(kIdPrefix) + random_hex(kIdBytes);
  made.client.source = ClientSource::kAdmin;
  made.client.introspects = request.introspects;
  made.client.confidential = request.confidential || request.introspects;
  made.client.created_at = clock_.now();
  std::string digest;  // empty: a public client has no secret
  if (made.client.confidential) {
    made.secret = new_secret();
    digest = as_bytes(sha256(made.secret.reveal()));
  }
  WICK_CHECK(db_.write([&](Transaction& tx) { return client_store::put(tx, made.client, "", digest); }));
  return made;
}

Result<MadeClient> ClientService::replace_secret(std::string_view id) {
  MadeClient made;
  made.secret = new_secret();
  const auto digest = sha256(made.secret.reveal());
  WICK_TRY(client, db_.write_with_reserve([&](Transaction& tx) -> Result<OAuthClient> {
    WICK_TRY(found, get_in(tx, id));
    if (!found.confidential) return fail(ErrorCode::kConflict, "This app is public: it has no secret.");
    WICK_CHECK(client_store::set_secret(tx, id, digest));
    return std::move(found);
  }));
  made.client = std::move(client);
  return made;
}

Result<OAuthClient> ClientService::authenticate(std::string_view id, std::string_view secret) {
  const auto unknown = [] {
    return fail(ErrorCode::kUnauthenticated, "There is no such client: register again.");
  };
  return db_.read([&](Transaction& tx) -> Result<OAuthClient> {
    WICK_TRY(client, client_store::find(tx, id, policy_.redirect_schemes));
    if (!client || client->blocked) return unknown();
    WICK_TRY(digest, client_store::secret_digest(tx, id));
    const bool proven =
        client->confidential ? equal_constant_time(as_bytes(sha256(secret)), digest) : secret.empty();
    if (!proven) return fail(ErrorCode::kUnauthenticated, "The client's secret is wrong.");
    return std::move(*client);
  });
}

Result<void> ClientService::set_blocked(std::string_view id, bool blocked) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(client, get_in(tx, id));
    if (client.blocked == blocked) return {};
    return client_store::set_blocked(tx, id, blocked);
  });
}

Result<void> ClientService::remove(std::string_view id) {
  WICK_TRY(client, get(id));
  if (client.source == ClientSource::kBuiltin)
    return fail(ErrorCode::kConflict, "This app is built in: block it instead.");
  return db_.write_with_reserve([&](Transaction& tx) { return client_store::remove(tx, id); });
}

Result<void> ClientService::purge() {
  const Micros now = clock_.now();
  // There are few (kMaxRegisteredClients), so one statement is enough.
  return db_.write_with_reserve([&](Transaction& tx) {
    return client_store::remove_unused(tx, now - to_micros(kUnusedClientAge),
                                       now - to_micros(kForgottenClientAge));
  });
}

}  // namespace wick
