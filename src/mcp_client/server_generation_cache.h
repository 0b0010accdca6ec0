// ServerGenerationCache: the legacy servers, kept in the database. Some legacy servers stay silent or end at the first message of
// 2026-07-28. With the cache, Wick does not send them that message again after each restart (mcp_client.h).
//
// The cache keeps legacy servers only, because a modern server answers its first request with its generation. An entry is valid
// for the configuration that the connector had when the server was asked. The fingerprint of that configuration is sealed,
// because it is computed from credentials too. An entry is a hint: when the server does not answer `initialize`, Wick finds its generation again.
// An entry that cannot be read counts as absent, and one that cannot be written is dropped; the log says why.
// Thread-safe; coroutines of the io threads.
#pragma once

#include <optional>
#include <string>

#include "base/fair_pool.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "http/message.h"

namespace wick::upstream {

// The transport of a legacy server.
enum class LegacyTransport : unsigned char { kCurrent, kHttpWithSse };  // stdio is kCurrent, too

class ServerGenerationCache {
 public:
  ServerGenerationCache(Database& db, FairPool& pool, const SealingKey& key)
      : db_(db), pool_(pool), key_(key) {}

  // `fingerprint` is that of the connector's configuration (ServerTarget::fingerprint).
  http::Task<std::optional<LegacyTransport>> find(std::string connector, std::string fingerprint) const;
  http::Task<void> put(std::string connector, std::string fingerprint, LegacyTransport transport);
  http::Task<void> remove(std::string connector);

 private:
  Database& db_;
  FairPool& pool_;
  const SealingKey& key_;
};

}  // namespace wick::upstream
