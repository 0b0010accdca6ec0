#include "oauth/client_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace wick {
namespace {

constexpr std::string_view kIdPrefix = "wick_client_";
constexpr std::size_t kIdBytes = 12;
constexpr std::size_t kSecretBytes = 32;
constexpr const char* kSelect =
    "SELECT id, source, metadata, secret_digest, blocked, created_at, valid_until, introspects, ip FROM "
    "oauth_clients ";

Result<OAuthClient> read(const SqlRow& row, const RedirectSchemes& schemes) {
  OAuthClient client;
  client.id = row.text(0);
  client.source = row.bytes(1) == "admin"               ? ClientSource::kAdmin
                  : row.bytes(1) == "builtin"           ? ClientSource::kBuiltin
                  : row.bytes(1) == "metadata_document" ? ClientSource::kMetadataDocument
                                                        : ClientSource::kRegistered;
  auto value = parse_json(row.bytes(2));
  if (!value || !value->is_object())
    return fail(ErrorCode::kInternal, "The client " + client.id + " is damaged.");
  WICK_TRY(metadata, parse_kept_metadata(value->get_object(), schemes));
  client.metadata = std::move(metadata);
  client.confidential = !row.is_null(3);
  client.blocked = row.integer(4) != 0;
  client.created_at = row.integer(5);
  if (!row.is_null(6)) client.valid_until = row.integer(6);
  client.introspects = row.integer(7) != 0;
  client.registered_from = row.text(8);
  return client;
}

Result<std::vector<OAuthClient>> find(Transaction& tx, const ClientPolicy& policy, std::string_view where,
                                      SqlParams params) {
  std::vector<OAuthClient> clients;
  auto done = tx.for_each(std::string(kSelect) + std::string(where), params, [&](const SqlRow& row) {
    if (auto client = read(row, policy.redirect_schemes)) clients.push_back(std::move(*client));
  });
  WICK_CHECK(done);
  return clients;
}

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

// Makes room for a registration: strangers who fill the table do not keep others out. Returns how many were
// removed.
Result<std::int64_t> remove_oldest_unused(Transaction& tx) {
  return tx.execute(
      "DELETE FROM oauth_clients WHERE id = (SELECT c.id FROM oauth_clients c WHERE c.source = 'registered' "
      "AND c.blocked = 0 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = c.id) ORDER BY "
      "c.created_at, c.id LIMIT 1)",
      {});
}

}  // namespace

ClientService::ClientService(Database& db, const Clock& clock, ClientPolicy policy)
    : db_(db), clock_(clock), policy_(std::move(policy)), registrations_(policy_.registrations_per_hour) {}

Result<void> ClientService::check_document_host(std::string_view url) const {
  if (policy_.metadata_documents && (policy_.metadata_hosts.empty() || host_in(url, policy_.metadata_hosts)))
    return {};
  return fail(ErrorCode::kForbidden, "This server does not take apps from that host.");
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

Result<void> ClientService::insert(Transaction& tx, const OAuthClient& client, std::string_view ip,
                                   std::string_view secret_digest) {
  const std::string metadata = to_json(client_metadata_json(client.metadata));
  const auto digest = sha256(metadata);
  const SqlParam until = client.valid_until ? SqlParam(*client.valid_until) : SqlParam(nullptr);
  WICK_CHECK(tx.execute(
      "INSERT INTO oauth_clients (id, source, metadata, metadata_digest, blocked, created_at, valid_until, "
      "ip, secret_digest, introspects) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8, $9) "
      "ON CONFLICT (id) DO UPDATE SET metadata = $3, metadata_digest = $4, valid_until = $6",
      {std::string_view(client.id), std::string_view(source_name(client.source)), std::string_view(metadata),
       BlobView{as_bytes(digest)}, client.created_at, until, ip,
       secret_digest.empty() ? SqlParam(nullptr) : SqlParam(BlobView{secret_digest}),
       std::int64_t(client.introspects)}));
  return {};
}

Result<OAuthClient> ClientService::register_client(const json::object& object, std::string_view ip) {
  if (!policy_.registration) {
    return fail(ErrorCode::kForbidden,
                "Registration is off on this server: an admin can register this app by hand.");
  }
  WICK_TRY(metadata, parse_client_metadata(object, policy_.redirect_schemes));
  OAuthClient client;
  client.metadata = std::move(metadata);
  client.id = std::string(kIdPrefix) + random_hex(kIdBytes);
  client.created_at = clock_.now();
  const auto digest = sha256(to_json(client_metadata_json(client.metadata)));
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    const SqlParam same[] = {BlobView{as_bytes(digest)}};
    WICK_TRY(known, find(tx, policy_, "WHERE metadata_digest = $1 AND source = 'registered'", same));
    if (!known.empty()) {
      client = known.front();
      if (client.blocked) return fail(ErrorCode::kForbidden, "An admin has blocked this app.");
      return {};
    }
    if (const Micros wait = registrations_.take(ip, clock_.now()); wait > 0)
      return fail(rate_limited("clients were registered from this network", wait));
    std::int64_t count = 0;
    auto counted = tx.for_each("SELECT COUNT(*) FROM oauth_clients WHERE source = 'registered'", {},
                               [&](const SqlRow& row) { count = row.integer(0); });
    if (!counted) return counted;
    if (count >= kMaxRegisteredClients) {
      WICK_TRY(removed, remove_oldest_unused(tx));
      if (removed == 0)
        return fail(ErrorCode::kLimit,
                    "There are as many registered clients as there may be: an admin can remove some.");
    }
    return insert(tx, client, ip);
  });
  WICK_CHECK(done);
  return client;
}

Result<OAuthClient> ClientService::keep_document(std::string_view url, const json::object& document,
                                                 Micros max_age) {
  WICK_TRY(id, required_string(document, "client_id"));
  if (id != url) return fail(ErrorCode::kInvalidArgument, "The document's client_id is not its own address.");
  if (!document.contains("client_name") || document.contains("client_secret"))
    return fail(ErrorCode::kInvalidArgument, "The document must have a client_name and no client_secret.");
  WICK_TRY(metadata, parse_client_metadata(document, policy_.redirect_schemes));
  OAuthClient client;
  client.id = std::string(url);
  client.source = ClientSource::kMetadataDocument;
  client.metadata = std::move(metadata);
  client.created_at = clock_.now();
  client.valid_until = client.created_at + std::clamp(max_age, kMinDocumentAge, kMaxDocumentAge);
  WICK_CHECK(db_.write([&](Transaction& tx) { return insert(tx, client, ""); }));
  return get(url);
}

Result<OAuthClient> ClientService::get(std::string_view id) {
  std::vector<OAuthClient> found;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    const SqlParam params[] = {id};
    WICK_TRY(clients, find(tx, policy_, "WHERE id = $1", params));
    found = std::move(clients);
    return {};
  });
  WICK_CHECK(done);
  if (found.empty()) return no_client();
  return std::move(found.front());
}

Result<std::vector<OAuthClient>> ClientService::list() {
  std::vector<OAuthClient> found;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(clients, find(tx, policy_, "ORDER BY created_at DESC", {}));
    found = std::move(clients);
    return {};
  });
  WICK_CHECK(done);
  return found;
}

Result<MadeClient> ClientService::create(const NewClient& request) {
  json::object metadata;
  metadata["client_name"] = request.name;
  if (trim(request.name).empty())
    return fail(ErrorCode::kInvalidArgument, "The app needs a name: people see it when they are asked.");
  WICK_CHECK(check_name("The name", request.name, kMaxClientNameBytes));
  json::array uris, grants;
  for (const std::string& uri : request.redirect_uris) uris.push_back(json::string(uri));
  if (!uris.empty()) grants.push_back(json::string(kCodeGrant));
  if (request.devices) grants.push_back(json::string(kDeviceGrant));
  if (!grants.empty()) grants.push_back(json::string(kRefreshGrant));
  // A resource server may only ask about tokens and get none.
  if (grants.empty() && !request.introspects)
    return fail(ErrorCode::kInvalidArgument, "The app needs a redirect URI, or device codes.");
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
  Sha256Digest digest{};
  if (made.client.confidential) {
    made.secret = new_secret();
    digest = sha256(made.secret.reveal());
  }
  auto done = db_.write([&](Transaction& tx) {
    return insert(tx, made.client, "", made.client.confidential ? as_bytes(digest) : std::string_view());
  });
  WICK_CHECK(done);
  return made;
}

Result<MadeClient> ClientService::replace_secret(std::string_view id) {
  MadeClient made;
  made.secret = new_secret();
  const auto digest = sha256(made.secret.reveal());
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    const SqlParam params[] = {id};
    WICK_TRY(clients, find(tx, policy_, "WHERE id = $1", params));
    if (clients.empty()) return no_client();
    made.client = std::move(clients.front());
    if (!made.client.confidential) return fail(ErrorCode::kConflict, "This app is public: it has no secret.");
    WICK_CHECK(tx.execute("UPDATE oauth_clients SET secret_digest = $2 WHERE id = $1",
                          {id, BlobView{as_bytes(digest)}}));
    return {};
  });
  WICK_CHECK(done);
  return made;
}

Result<OAuthClient> ClientService::authenticate(std::string_view id, std::string_view secret) {
  std::optional<OAuthClient> client;
  std::string stored;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    const SqlParam params[] = {id};
    WICK_TRY(clients, find(tx, policy_, "WHERE id = $1", params));
    if (clients.empty()) return {};
    client = std::move(clients.front());
    return tx.for_each("SELECT secret_digest FROM oauth_clients WHERE id = $1", params,
                       [&](const SqlRow& row) { stored = row.is_null(0) ? "" : row.text(0); });
  });
  WICK_CHECK(done);
  if (!client || client->blocked)
    return fail(ErrorCode::kUnauthenticated, "There is no such client: register again.");
  const bool proven =
      client->confidential ? equal_constant_time(as_bytes(sha256(secret)), stored) : secret.empty();
  if (!proven) return fail(ErrorCode::kUnauthenticated, "The client's secret is wrong.");
  return std::move(*client);
}

Result<void> ClientService::set_blocked(std::string_view id, bool blocked) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    const SqlParam params[] = {id};
    WICK_TRY(clients, find(tx, policy_, "WHERE id = $1", params));
    if (clients.empty()) return no_client();
    if (clients.front().blocked == blocked) return {};
    WICK_CHECK(
        tx.execute("UPDATE oauth_clients SET blocked = $2 WHERE id = $1", {id, std::int64_t(blocked)}));
    return {};
  });
}

Result<void> ClientService::remove(std::string_view id) {
  WICK_TRY(client, get(id));
  if (client.source == ClientSource::kBuiltin)
    return fail(ErrorCode::kConflict, "This app is built in: block it instead.");
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(tx.execute("DELETE FROM oauth_clients WHERE id = $1", {id}));
    return {};
  });
}

Result<void> ClientService::purge() {
  const Micros now = clock_.now();
  // There are few (kMaxRegisteredClients). A grant that has not ended ends when it expires.
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(tx.execute(
        "DELETE FROM oauth_clients WHERE source IN ('registered', 'metadata_document') AND blocked = 0 AND "
        "created_at <= $1 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = oauth_clients.id "
        "AND "
        "COALESCE(g.revoked_at, g.expires_at) > $2)",
        {now - kUnusedClientAge, now - kForgottenClientAge}));
    return {};
  });
}

}  // namespace wick
