// The SQL of OAuth clients: one function per statement, each inside the caller's transaction.
//
// Stored redirect URIs are checked by the current rules: `schemes` are the private-use schemes that the operator allows. Lists
// leave out clients whose metadata does not pass the check.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "db/database.h"
#include "oauth/client.h"

namespace wick::client_store {

// The digest of the metadata as put() writes it.
Sha256Digest metadata_digest(const ClientMetadata& metadata);

// Adds a client, or replaces the metadata and the validity of the client with this id. An empty `secret_digest` means that the
// client has no secret. `ip` is the address that registered it.
Result<void> put(Transaction& tx, const OAuthClient& client, std::string_view ip,
                 std::string_view secret_digest = {});
// nullopt when there is none.
Result<std::optional<OAuthClient>> find(Transaction& tx, std::string_view id, const RedirectSchemes& schemes);
// The registered client with this metadata; nullopt when there is none.
Result<std::optional<OAuthClient>> find_registered(Transaction& tx, const Sha256Digest& metadata_digest,
                                                   const RedirectSchemes& schemes);
// Lists the newest first.
Result<std::vector<OAuthClient>> list(Transaction& tx, const RedirectSchemes& schemes);
Result<std::int64_t> count_registered(Transaction& tx);
// Removes the oldest registered client that is not blocked and has no grants. Returns the number removed: 0 or 1.
Result<std::int64_t> remove_oldest_unused(Transaction& tx);
// Empty: the client has no secret.
Result<std::string> secret_digest(Transaction& tx, std::string_view id);
Result<void> set_secret(Transaction& tx, std::string_view id, const Sha256Digest& digest);
Result<void> set_blocked(Transaction& tx, std::string_view id, bool blocked);
Result<void> remove(Transaction& tx, std::string_view id);
// Removes the clients from registrations and metadata documents that are not blocked, were created by `made_by`, and whose
// grants ended by `ended_by`. A grant that was not revoked ends when it expires.
Result<void> remove_unused(Transaction& tx, Micros made_by, Micros ended_by);

}  // namespace wick::client_store
