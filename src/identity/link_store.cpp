#include "identity/link_store.h"

namespace wick::link_store {
namespace {

std::string_view purpose_text(LinkPurpose purpose) {
  switch (purpose) {
    case LinkPurpose::kSetup:
      return "setup";
    case LinkPurpose::kInvite:
      return "invite";
    case LinkPurpose::kReset:
      return "reset";
  }
  return "";
}

LinkPurpose parse_purpose(std::string_view text) {
  if (text == "setup") return LinkPurpose::kSetup;
  return text == "invite" ? LinkPurpose::kInvite : LinkPurpose::kReset;
}

}  // namespace

Result<void> insert(Transaction& tx, const Sha256Digest& digest, const StoredLink& link, Micros expires_at) {
  const SqlParam user = link.user_id.empty() ? SqlParam(nullptr) : SqlParam(std::string_view(link.user_id));
  WICK_CHECK(tx.execute("INSERT INTO links (digest, purpose, user_id, expires_at) VALUES ($1, $2, $3, $4)",
                        {BlobView{as_bytes(digest)}, purpose_text(link.purpose), user, expires_at}));
  return {};
}

Result<std::optional<StoredLink>> find(Transaction& tx, const Sha256Digest& digest, Micros now) {
  std::optional<StoredLink> found;
  WICK_CHECK(tx.for_each("SELECT purpose, user_id FROM links WHERE digest = $1 AND expires_at > $2",
                         {BlobView{as_bytes(digest)}, now}, [&](const SqlRow& row) {
                           found = StoredLink{parse_purpose(row.bytes(0)), row.text(1)};
                         }));
  return found;
}

Result<void> remove_setup(Transaction& tx) {
  WICK_CHECK(tx.execute("DELETE FROM links WHERE purpose = $1", {purpose_text(LinkPurpose::kSetup)}));
  return {};
}

Result<void> remove_of_user(Transaction& tx, const std::string& user_id) {
  WICK_CHECK(tx.execute("DELETE FROM links WHERE user_id = $1", {std::string_view(user_id)}));
  return {};
}

Result<void> purge(Database& db, Micros now) {
  return delete_in_steps(
      db, "DELETE FROM links WHERE digest IN (SELECT digest FROM links WHERE expires_at <= $1 LIMIT $2)",
      now);
}

}  // namespace wick::link_store
