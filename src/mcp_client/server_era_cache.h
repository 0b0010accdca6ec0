// ServerEraCache: which servers are of an earlier revision, kept in the database, so that a server that is silent or ends at the
// first message of 2026-07-28 is not asked it again after each restart (McpClient, mcp_client.h).
//
// Only what costs time to find out is kept: a server of 2026-07-28 says so in its first answer. A note belongs to the
// connector as it was set up when the server was asked; that is sealed, because it is a digest of credentials too. It is a
// hint: when a server that is noted does not answer `initialize`, it is asked anew. Thread-safe; coroutines of the io
// threads. A note that cannot be read counts as none, and one that cannot be written is not kept: the log says why.
#pragma once

#include <optional>
#include <string>

#include "base/fair_pool.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "http/message.h"

namespace wick::upstream {

// How a server of an earlier revision is reached.
enum class LegacyTransport : unsigned char { kCurrent, kHttpWithSse };  // stdio is kCurrent, too

class ServerEraCache {
 public:
  ServerEraCache(Database& db, FairPool& pool, const SealingKey& key) : db_(db), pool_(pool), key_(key) {}

  // `fingerprint`: of how the connector is set up (ServerTarget::fingerprint).
  http::Task<std::optional<LegacyTransport>> find(std::string connector, std::string fingerprint) const;
  http::Task<void> put(std::string connector, std::string fingerprint, LegacyTransport transport);
  http::Task<void> remove(std::string connector);

 private:
  Database& db_;
  FairPool& pool_;
  const SealingKey& key_;
};

}  // namespace wick::upstream
