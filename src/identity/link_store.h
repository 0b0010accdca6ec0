// The SQL of one-time links: one function per statement, each inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "db/database.h"
#include "identity/link_service.h"

namespace wick::link_store {

struct StoredLink {
  LinkPurpose purpose = LinkPurpose::kReset;
  std::string user_id;  // empty: a set-up link
};

Result<void> insert(Transaction& tx, const Sha256Digest& digest, const StoredLink& link, Micros expires_at);
// nullopt: there is no such link, or it has expired at `now`.
Result<std::optional<StoredLink>> find(Transaction& tx, const Sha256Digest& digest, Micros now);
Result<void> remove_setup(Transaction& tx);
Result<void> remove_of_user(Transaction& tx, const std::string& user_id);
// Removes the links that have expired at `now`, in its own transactions.
Result<void> purge(Database& db, Micros now);

}  // namespace wick::link_store
