// CredentialIndex: every living credential in memory, found by the SHA-256 of its plaintext.
//
// Why a revoked token is never accepted after the answer to the revocation: the index is the only thing that
// says yes to a bearer token, find() copies the record out under its shard's lock, and erase() takes the
// record away under the same lock before the revocation is answered (it runs in the change-log applier,
// inside Database::write). A call that was already past find() when erase() ran is checked again with
// is_live() before it is recorded and before it is answered; streams are ended through on_erase.
//
// Memory: 76 bytes a record in chunks, plus 5 to 12 bytes of hash table: under 100 bytes a token. Cost of
// find() does not depend on the number of tokens. Thread-safe; nothing here waits for a database.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/credential_kind.h"
#include "access/scope.h"
#include "base/id.h"
#include "base/time.h"
#include "crypto/digest.h"

namespace wick {

struct Credential {
  TokenId id;
  UserId user;
  CredentialKind kind = CredentialKind::kPat;
  ToolSurface tools = ToolSurface::kAuto;
  std::uint32_t expires_at = 0;  // seconds since the epoch; 0: never
  ScopePtr scope = {};
};

// The last use of a credential, waiting to be written to the database.
struct LastUse {
  TokenId id;
  CredentialKind kind = CredentialKind::kPat;
  Micros at = 0;
  std::string ip;
  std::string user_agent;
  std::uint8_t shard = 0;  // where the index keeps it
  bool operator==(const LastUse&) const = default;
};

class CredentialIndex {
 public:
  CredentialIndex();
  ~CredentialIndex();
  CredentialIndex(const CredentialIndex&) = delete;
  CredentialIndex& operator=(const CredentialIndex&) = delete;

  // Adds, or replaces the record with this digest.
  void put(const Sha256Digest& digest, const Credential& credential);
  // After this returns, no thread finds the digest. Absent digests are fine.
  void erase(const Sha256Digest& digest);

  // The credential, unless absent or expired at `now`. Also notes the use (T10): exact to a minute, and
  // whenever address or client change; no allocation when neither did.
  std::optional<Credential> find(const Sha256Digest& digest, Micros now, std::string_view ip,
                                 std::string_view user_agent);
  // The same without noting a use.
  std::optional<Credential> peek(const Sha256Digest& digest, Micros now) const;
  // Whether find() would still say yes; notes nothing.
  bool is_live(const Sha256Digest& digest, Micros now) const;
  // Erases what has expired: it is not accepted in any case, but takes memory. Walks all records, a shard at
  // a time.
  void erase_expired(Micros now);

  // The last uses that are not in the database yet, at most one per credential. They stay until written() is
  // told of them, so that at any moment a use is here or in the database, and a write that fails loses none.
  std::vector<LastUse> unwritten_uses(CredentialKind kind) const;
  // The same of some credentials only.
  std::vector<LastUse> unwritten_uses(std::span<const TokenId> ids) const;
  void written(std::span<const LastUse> uses);

  // Called after each erase that removed something, on the erasing thread. Before the first erase.
  void on_erase(std::function<void(const TokenId&)> callback);

  std::size_t size() const;
  std::size_t memory_bytes() const;

 private:
  struct Shard;
  static constexpr std::size_t kShards = 64;
  Shard& shard(const Sha256Digest& digest) const;
  std::unique_ptr<Shard[]> shards_;
  std::function<void(const TokenId&)> on_erase_;
};

}  // namespace wick
