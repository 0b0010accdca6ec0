#include "oauth/device_store.h"

#include "base/text.h"

namespace wick::device_store {
namespace {

std::string_view status_text(DeviceCodeStatus status) {
  switch (status) {
    case DeviceCodeStatus::kWaiting:
      return "waiting";
    case DeviceCodeStatus::kApproved:
      return "approved";
    case DeviceCodeStatus::kDenied:
      return "denied";
    case DeviceCodeStatus::kTaken:
      return "taken";
  }
  return "";
}

DeviceCodeStatus parse_status(std::string_view text) {
  for (const auto status :
       {DeviceCodeStatus::kWaiting, DeviceCodeStatus::kApproved, DeviceCodeStatus::kDenied}) {
    if (text == status_text(status)) return status;
  }
  return DeviceCodeStatus::kTaken;
}

}  // namespace

Result<std::int64_t> count_waiting(Transaction& tx, Micros now) {
  std::int64_t count = 0;
  WICK_CHECK(
      tx.for_each("SELECT COUNT(*) FROM oauth_device_codes WHERE expires_at > $1 AND status = 'waiting'",
                  {now}, [&](const SqlRow& row) { count = row.integer(0); }));
  return count;
}

Result<void> insert(Transaction& tx, const Sha256Digest& digest, const Sha256Digest& user_code_digest,
                    const DeviceRequest& request, Micros expires_at) {
  WICK_CHECK(tx.execute(
      "INSERT INTO oauth_device_codes (digest, user_code_digest, client_id, oauth_scope, resource, ip, "
      "user_agent, expires_at, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')",
      {BlobView{as_bytes(digest)}, BlobView{as_bytes(user_code_digest)}, std::string_view(request.client_id),
       std::string_view(request.oauth_scope), std::string_view(request.resource),
       std::string_view(request.ip), std::string_view(request.user_agent), expires_at}));
  return {};
}

Result<std::optional<DeviceRequest>> find_waiting(Transaction& tx, const Sha256Digest& user_code_digest,
                                                  Micros now) {
  std::optional<DeviceRequest> found;
  WICK_CHECK(tx.for_each(
      "SELECT digest, client_id, oauth_scope, resource, ip, user_agent FROM oauth_device_codes WHERE "
      "user_code_digest = $1 AND status = 'waiting' AND expires_at > $2",
      {BlobView{as_bytes(user_code_digest)}, now}, [&](const SqlRow& row) {
        const std::string_view bytes = row.bytes(0);
        found = DeviceRequest{to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}),
                              row.text(1),
                              row.text(2),
                              row.text(3),
                              row.text(4),
                              row.text(5)};
      }));
  return found;
}

Result<std::optional<DeviceCode>> find(Transaction& tx, const Sha256Digest& digest) {
  std::optional<DeviceCode> found;
  WICK_CHECK(
      tx.for_each("SELECT status, client_id, expires_at, grant_id FROM oauth_device_codes WHERE digest = $1",
                  {BlobView{as_bytes(digest)}}, [&](const SqlRow& row) {
                    DeviceCode code{parse_status(row.bytes(0)), row.text(1), row.integer(2), std::nullopt};
                    if (!row.is_null(3)) code.grant = TokenId::parse(row.bytes(3));
                    found = std::move(code);
                  }));
  return found;
}

Result<std::int64_t> decide(Transaction& tx, std::string_view digest, DeviceCodeStatus decision,
                            const std::optional<TokenId>& grant, Micros now) {
  const std::string id = grant ? grant->str() : std::string();
  const SqlParam grant_id = grant ? SqlParam(std::string_view(id)) : SqlParam(nullptr);
  return tx.execute(
      "UPDATE oauth_device_codes SET status = $2, grant_id = $3 WHERE digest = $1 AND status = 'waiting' "
      "AND expires_at > $4",
      {BlobView{digest}, status_text(decision), grant_id, now});
}

Result<std::int64_t> take_approved(Transaction& tx, const Sha256Digest& digest) {
  return tx.execute(
      "UPDATE oauth_device_codes SET status = 'taken' WHERE digest = $1 AND status = 'approved'",
      {BlobView{as_bytes(digest)}});
}

}  // namespace wick::device_store
