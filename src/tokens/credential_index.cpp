#include "tokens/credential_index.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <utility>

#include "base/visible_text.h"

namespace wick {
namespace {

struct Record {
  Sha256Digest digest;
  UuidBytes id;
  UuidBytes user;
  std::uint32_t expires_at;
  std::uint32_t last_use;  // minutes since the epoch (26 bits hold 127 years), 6 bits of the client's hash
  std::uint16_t client;    // 16 more bits of the hash, which show a change of address or client
  std::uint8_t kind;
  std::uint8_t tools : 7;
  std::uint8_t scoped : 1;  // its scope is in Shard::scopes
};
static_assert(sizeof(Record) == 76);

// Records are stored in chunks that never move. A position identifies a record.
constexpr std::uint32_t kChunk = 256;

std::uint64_t first_word(const Sha256Digest& digest) {
  std::uint64_t word;
  std::memcpy(&word, digest.data(), sizeof word);
  return word;
}

}  // namespace

struct CredentialIndex::Shard {
  // The set holds positions; a lookup compares the digest at the position. SHA-256 is already uniform and its
  // input has 128 secret bits, so the digest's first word is the hash.
  struct Hash {
    using is_transparent = void;
    const Shard* shard;
    std::size_t operator()(std::uint32_t at) const { return (*this)(shard->record(at).digest); }
    std::size_t operator()(const Sha256Digest& digest) const { return absl::HashOf(first_word(digest)); }
  };
  struct Equal {
    using is_transparent = void;
    const Shard* shard;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::uint32_t at, const Sha256Digest& digest) const {
      return shard->record(at).digest == digest;
    }
    bool operator()(const Sha256Digest& digest, std::uint32_t at) const {
      return shard->record(at).digest == digest;
    }
  };

  Shard() : positions(0, Hash{this}, Equal{this}) {}

  Record& record(std::uint32_t at) const { return chunks[at / kChunk][at % kChunk]; }
  Record* find(const Sha256Digest& digest) const {
    const auto found = positions.find(digest);
    return found == positions.end() ? nullptr : &record(*found);
  }
  std::uint32_t add(const Sha256Digest& digest) {
    std::uint32_t at = 0;
    if (!free.empty()) {
      at = free.back();
      free.pop_back();
    } else {
      at = used++;
      if (at / kChunk == chunks.size()) chunks.push_back(std::make_unique<Record[]>(kChunk));
    }
    record(at) = Record{};
    record(at).digest = digest;
    positions.insert(at);
    return at;
  }

  Credential credential(std::uint32_t at) const {
    const Record& from = record(at);
    return {{from.id},
            {from.user},
            static_cast<CredentialKind>(from.kind),
            static_cast<ToolSurface>(from.tools),
            from.expires_at,
            from.scoped ? scopes.at(at) : ScopePtr()};
  }

  mutable std::mutex mutex;
  std::vector<std::unique_ptr<Record[]>> chunks;
  std::vector<std::uint32_t> free;
  std::uint32_t used = 0;
  absl::flat_hash_set<std::uint32_t, Hash, Equal> positions;
  absl::flat_hash_map<std::uint32_t, ScopePtr> scopes;  // by position; only scopes that narrow the access
  absl::flat_hash_map<TokenId, LastUse> last_uses;
};

CredentialIndex::CredentialIndex() : shards_(std::make_unique<Shard[]>(kShards)) {}
CredentialIndex::~CredentialIndex() = default;

CredentialIndex::Shard& CredentialIndex::shard(const Sha256Digest& digest) const {
  return shards_[digest[31] % kShards];
}

void CredentialIndex::put(const Sha256Digest& digest, const Credential& credential) {
  Shard& home = shard(digest);
  const std::lock_guard lock(home.mutex);
  const auto found = home.positions.find(digest);
  const std::uint32_t at = found == home.positions.end() ? home.add(digest) : *found;
  Record* record = &home.record(at);
  record->scoped = credential.scope != nullptr;
  if (credential.scope != nullptr) {
    home.scopes[at] = credential.scope;
  } else {
    home.scopes.erase(at);
  }
  record->id = credential.id.bytes;
  record->user = credential.user.bytes;
  record->expires_at = credential.expires_at;
  record->kind = static_cast<std::uint8_t>(credential.kind);
  record->tools = static_cast<std::uint8_t>(credential.tools) & 0x7F;
}

void CredentialIndex::erase(const Sha256Digest& digest) {
  TokenId id;
  {
    Shard& home = shard(digest);
    const std::lock_guard lock(home.mutex);
    const auto found = home.positions.find(digest);
    if (found == home.positions.end()) return;
    const std::uint32_t at = *found;
    id.bytes = home.record(at).id;
    home.positions.erase(found);
    home.scopes.erase(at);
    home.record(at) = Record{};
    home.free.push_back(at);
  }
  if (on_erase_) on_erase_(id);
}

std::optional<Credential> CredentialIndex::find(const Sha256Digest& digest, Micros now, std::string_view ip,
                                                std::string_view user_agent) {
  const auto seconds = static_cast<std::uint32_t>(now / kMicrosPerSecond);
  const std::size_t client = absl::HashOf(ip, user_agent);
  Shard& home = shard(digest);
  const std::lock_guard lock(home.mutex);
  const auto found = home.positions.find(digest);
  if (found == home.positions.end()) return std::nullopt;
  Record* record = &home.record(*found);
  if (record->expires_at != 0 && record->expires_at <= seconds) return std::nullopt;
  Credential credential = home.credential(*found);
  const std::uint32_t use = (seconds / 60) << 6 | static_cast<std::uint32_t>(client & 63);
  const auto rest = static_cast<std::uint16_t>(client >> 6);
  if (record->last_use != use || record->client != rest) {
    record->last_use = use;
    record->client = rest;
    home.last_uses[credential.id] = {
        credential.id,   credential.kind,          now,
        std::string(ip), visible_text(user_agent), std::uint8_t(digest[31] % kShards)};
  }
  return credential;
}

std::optional<Credential> CredentialIndex::peek(const Sha256Digest& digest, Micros now) const {
  const auto seconds = static_cast<std::uint32_t>(now / kMicrosPerSecond);
  const Shard& home = shard(digest);
  const std::lock_guard lock(home.mutex);
  const auto found = home.positions.find(digest);
  if (found == home.positions.end()) return std::nullopt;
  const std::uint32_t ends = home.record(*found).expires_at;
  if (ends != 0 && ends <= seconds) return std::nullopt;
  return home.credential(*found);
}

void CredentialIndex::erase_expired(Micros now) {
  const auto seconds = static_cast<std::uint32_t>(now / kMicrosPerSecond);
  for (std::size_t i = 0; i < kShards; ++i) {
    std::vector<Sha256Digest> expired;
    {
      const std::lock_guard lock(shards_[i].mutex);
      for (const std::uint32_t at : shards_[i].positions) {
        const Record& record = shards_[i].record(at);
        if (record.expires_at != 0 && record.expires_at <= seconds) expired.push_back(record.digest);
      }
    }
    for (const Sha256Digest& digest : expired) erase(digest);  // an expiry is never moved to a later time
  }
}

bool CredentialIndex::is_live(const Sha256Digest& digest, Micros now) const {
  const auto seconds = static_cast<std::uint32_t>(now / kMicrosPerSecond);
  const Shard& home = shard(digest);
  const std::lock_guard lock(home.mutex);
  const Record* record = home.find(digest);
  return record != nullptr && (record->expires_at == 0 || record->expires_at > seconds);
}

std::vector<LastUse> CredentialIndex::unwritten_uses(CredentialKind kind) const {
  std::vector<LastUse> out;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    for (const auto& [id, use] : shards_[i].last_uses) {
      if (use.kind == kind) out.push_back(use);
    }
  }
  return out;
}

std::vector<LastUse> CredentialIndex::unwritten_uses(std::span<const TokenId> ids) const {
  std::vector<LastUse> out;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    if (shards_[i].last_uses.empty()) continue;
    for (const TokenId& id : ids) {
      const auto found = shards_[i].last_uses.find(id);
      if (found != shards_[i].last_uses.end()) out.push_back(found->second);
    }
  }
  return out;
}

void CredentialIndex::written(std::span<const LastUse> uses) {
  for (const LastUse& use : uses) {
    Shard& home = shards_[use.shard];
    const std::lock_guard lock(home.mutex);
    const auto found = home.last_uses.find(use.id);
    // A newer use stays.
    if (found != home.last_uses.end() && found->second == use) home.last_uses.erase(found);
  }
}

void CredentialIndex::on_erase(std::function<void(const TokenId&)> callback) {
  on_erase_ = std::move(callback);
}

std::size_t CredentialIndex::size() const {
  std::size_t total = 0;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    total += shards_[i].positions.size();
  }
  return total;
}

std::size_t CredentialIndex::memory_bytes() const {
  std::size_t total = 0;
  for (std::size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    total += shards_[i].chunks.size() * kChunk * sizeof(Record) + shards_[i].positions.capacity() * 5;
  }
  return total;
}

}  // namespace wick
