// CredentialIndex: every valid credential in memory, by the SHA-256 of its plaintext.
//
// A revoked token is never accepted after the revocation is confirmed. The index is the sole authority on bearer tokens.
// find() copies the record under the lock of its shard. erase() removes the record under the same lock, before the
// revocation is confirmed (it runs in the applier of the change log, inside Database::write). A call that passed find()
// before erase() ran is checked again with is_live(), before it is recorded and before its response is sent. on_erase()
// ends streams.
//
// Memory: 76 bytes for each record, in chunks, plus 5 to 12 bytes of hash table: under 100 bytes for each token. The cost
// of find() does not depend on the number of tokens. Thread-safe; no function waits for a database.
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

// The last use of a credential that is not in the database yet.
struct LastUse {
  TokenId id;
  CredentialKind kind = CredentialKind::kPat;
  Micros at = 0;
  std::string ip;
  std::string user_agent;
  std::uint8_t shard = 0;  // of the index
  bool operator==(const LastUse&) const = default;
};

class CredentialIndex {
 public:
  CredentialIndex();
  ~CredentialIndex();
  CredentialIndex(const CredentialIndex&) = delete;
  CredentialIndex& operator=(const CredentialIndex&) = delete;

  // Adds the record, or replaces the record with this digest.
  void put(const Sha256Digest& digest, const Credential& credential);
  // Removes the record, if there is one. After this returns, no thread finds the digest.
  void erase(const Sha256Digest& digest);

  // Returns the credential, unless it is absent or expired at `now`. Records the use, at most once a minute, and whenever
  // address or client change. Does not allocate when neither has changed.
  std::optional<Credential> find(const Sha256Digest& digest, Micros now, std::string_view ip,
                                 std::string_view user_agent);
  // As find(), without recording a use.
  std::optional<Credential> peek(const Sha256Digest& digest, Micros now) const;
  // Whether find() would return the credential. Records no use.
  bool is_live(const Sha256Digest& digest, Micros now) const;
  // Removes expired records, which are not accepted in any case, to free memory. Visits all records, one shard at a time.
  void erase_expired(Micros now);

  // The last uses that are not in the database yet, at most one for each credential. A use stays here until written() is called
  // with it. So every use is in memory or in the database at any time, and a failed write loses none.
  std::vector<LastUse> unwritten_uses(CredentialKind kind) const;
  // The same, of these credentials only.
  std::vector<LastUse> unwritten_uses(std::span<const TokenId> ids) const;
  void written(std::span<const LastUse> uses);

  // Sets the function that is called after each removal, on the removing thread. Call it before the first erase().
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
