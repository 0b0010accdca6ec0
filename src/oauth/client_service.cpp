#include "oauth/client_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace wick {
namespace {

constexpr std::string_view kIdPrefix = "wick_client_";
constexpr std::size_t kIdBytes = 12;
constexpr const char* kSelect =
    "SELECT id, source, metadata, secret_digest, blocked, created_at, valid_until FROM oauth_clients ";

Result<OAuthClient> read(const SqlRow& row) {
  OAuthClient client;
  client.id = row.text(0);
  client.source = row.bytes(1) == "admin"               ? ClientSource::kAdmin
                  : row.bytes(1) == "metadata_document" ? ClientSource::kMetadataDocument
                                                        : ClientSource::kRegistered;
  auto value = parse_json(row.bytes(2));
  if (!value || !value->is_object())
    return fail(ErrorCode::kInternal, "The client " + client.id + " is damaged.");
  auto metadata = parse_client_metadata(value->get_object());
  if (!metadata) return fail(std::move(metadata.error()));
  client.metadata = std::move(*metadata);
  client.confidential = !row.is_null(3);
  client.blocked = row.integer(4) != 0;
  client.created_at = row.integer(5);
  if (!row.is_null(6)) client.valid_until = row.integer(6);
  return client;
}

Result<std::vector<OAuthClient>> find(Transaction& tx, std::string_view where, SqlParams params) {
  std::vector<OAuthClient> clients;
  auto done = tx.for_each(std::string(kSelect) + std::string(where), params, [&](const SqlRow& row) {
    if (auto client = read(row)) clients.push_back(std::move(*client));
  });
  if (!done) return fail(std::move(done.error()));
  return clients;
}

}  // namespace

bool is_metadata_document_id(std::string_view id) {
  if (!id.starts_with("https://") || id.size() > kMaxClientIdBytes) return false;
  const auto slash = id.find('/', 8);
  if (slash == std::string_view::npos || slash == 8 || slash + 1 == id.size()) return false;
  if (id.find_first_of("#@\\ \"<>") != std::string_view::npos) return false;
  const auto path = id.substr(slash, id.find('?', slash) - slash);
  for (const auto part : split(path, '/')) {
    if (part == "." || part == "..") return false;
  }
  return true;
}

bool ClientService::may_register(const std::string& ip) {
  const std::lock_guard lock(mutex_);
  const Micros hour = clock_.now() / (3600 * kMicrosPerSecond);
  if (hour != hour_) registrations_.clear();
  hour_ = hour;
  return ++registrations_[ip] <= kMaxRegistrationsPerHour;
}

Result<void> ClientService::insert(Transaction& tx, const OAuthClient& client, std::string_view ip) {
  const std::string metadata = to_json(client_metadata_json(client.metadata));
  const auto digest = sha256(metadata);
  const SqlParam until = client.valid_until ? SqlParam(*client.valid_until) : SqlParam(nullptr);
  auto done = tx.execute(
      "INSERT INTO oauth_clients (id, source, metadata, metadata_digest, blocked, created_at, valid_until, "
      "ip) "
      "VALUES ($1, $2, $3, $4, 0, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET metadata = $3, metadata_digest "
      "= $4, "
      "valid_until = $6",
      {std::string_view(client.id), std::string_view(source_name(client.source)), std::string_view(metadata),
       BlobView{as_bytes(digest)}, client.created_at, until, ip});
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<OAuthClient> ClientService::register_client(const json::object& object, std::string_view ip) {
  auto metadata = parse_client_metadata(object);
  if (!metadata) return fail(std::move(metadata.error()));
  OAuthClient client;
  client.metadata = std::move(*metadata);
  client.id = std::string(kIdPrefix) + random_hex(kIdBytes);
  client.created_at = clock_.now();
  const auto digest = sha256(to_json(client_metadata_json(client.metadata)));
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    const SqlParam same[] = {BlobView{as_bytes(digest)}};
    auto known = find(tx, "WHERE metadata_digest = $1 AND source = 'registered' AND blocked = 0", same);
    if (!known) return fail(std::move(known.error()));
    if (!known->empty()) {
      client = known->front();
      return {};
    }
    if (!may_register(std::string(ip))) {
      Error error{ErrorCode::kRateLimited,
                  "This address has registered too many clients: try again in an hour.", 3600};
      return fail(std::move(error));
    }
    std::int64_t count = 0;
    auto counted = tx.for_each("SELECT COUNT(*) FROM oauth_clients WHERE source = 'registered'", {},
                               [&](const SqlRow& row) { count = row.integer(0); });
    if (!counted) return counted;
    if (count >= kMaxRegisteredClients)
      return fail(ErrorCode::kLimit,
                  "There are as many registered clients as there may be: an admin can remove some.");
    return insert(tx, client, ip);
  });
  if (!done) return fail(std::move(done.error()));
  return client;
}

Result<OAuthClient> ClientService::keep_document(std::string_view url, const json::object& document,
                                                 Micros max_age) {
  auto id = required_string(document, "client_id");
  if (!id) return fail(std::move(id.error()));
  if (*id != url)
    return fail(ErrorCode::kInvalidArgument, "The document's client_id is not its own address.");
  if (!document.contains("client_name") || document.contains("client_secret"))
    return fail(ErrorCode::kInvalidArgument, "The document must have a client_name and no client_secret.");
  auto metadata = parse_client_metadata(document);
  if (!metadata) return fail(std::move(metadata.error()));
  OAuthClient client;
  client.id = std::string(url);
  client.source = ClientSource::kMetadataDocument;
  client.metadata = std::move(*metadata);
  client.created_at = clock_.now();
  client.valid_until = client.created_at + std::clamp(max_age, kMinDocumentAge, kMaxDocumentAge);
  auto done = db_.write([&](Transaction& tx) { return insert(tx, client, ""); });
  if (!done) return fail(std::move(done.error()));
  return get(url);
}

Result<OAuthClient> ClientService::get(std::string_view id) {
  std::vector<OAuthClient> found;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    const SqlParam params[] = {id};
    auto clients = find(tx, "WHERE id = $1", params);
    if (!clients) return fail(std::move(clients.error()));
    found = std::move(*clients);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  if (found.empty()) return fail(ErrorCode::kNotFound, "There is no client with this client_id.");
  return std::move(found.front());
}

Result<std::vector<OAuthClient>> ClientService::list() {
  std::vector<OAuthClient> found;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    auto clients = find(tx, "ORDER BY created_at DESC", {});
    if (!clients) return fail(std::move(clients.error()));
    found = std::move(*clients);
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return found;
}

Result<void> ClientService::set_blocked(std::string_view id, bool blocked) {
  return db_.write([&](Transaction& tx) -> Result<void> {
    auto done =
        tx.execute("UPDATE oauth_clients SET blocked = $2 WHERE id = $1", {id, std::int64_t(blocked)});
    if (!done) return fail(std::move(done.error()));
    if (*done == 0) return fail(ErrorCode::kNotFound, "There is no client with this client_id.");
    return {};
  });
}

Result<void> ClientService::purge() {
  return db_.write([&](Transaction& tx) -> Result<void> {
    auto done = tx.execute(
        "DELETE FROM oauth_clients WHERE source <> 'admin' AND blocked = 0 AND created_at <= $1 AND NOT "
        "EXISTS "
        "(SELECT 1 FROM oauth_grants g WHERE g.client_id = oauth_clients.id AND g.revoked_at IS NULL AND "
        "g.expires_at > $2)",
        {clock_.now() - kUnusedClientAge, clock_.now()});
    if (!done) return fail(std::move(done.error()));
    return {};
  });
}

}  // namespace wick
