// The notes kind: short notes that Wick stores, so that a fresh installation has a useful connector without
// network.
//
// Notes live in the main database. Recently read notes are also cached in memory, within a limit, and kept
// exact by the change log: every write names the note, and the applier drops it from the cache before the write
// returns. A reader that loaded a note while it changed does not store the old version: the generation of the
// shard has changed. Thread-safe.
#pragma once

#include <array>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/fair_pool.h"
#include "base/time.h"
#include "connectors/connector_kind.h"
#include "db/database.h"

namespace wick {

inline constexpr std::size_t kMaxNoteTitleBytes = 200;
inline constexpr std::size_t kMaxNoteBodyBytes = 64 * 1024;
inline constexpr std::int64_t kMaxNotesPerConnector = 100'000;
inline constexpr std::int64_t kMaxNotesPage = 100;
inline constexpr std::int64_t kNotesPerSearchStep = 64;  // notes read in one transaction
// A search stops after this time. Its result says so.
inline constexpr std::chrono::seconds kMaxNotesSearchTime(2);

struct Note {
  std::string id, title, body, author_id;
  Micros created_at = 0, updated_at = 0;
};

// The recently read notes, by "connector/note".
class NoteCache {
 public:
  explicit NoteCache(std::size_t max_bytes) : max_shard_bytes_(max_bytes / kShards) {}

  std::shared_ptr<const Note> find(const std::string& key);
  // The current generation: get it before loading from the database, and pass it to put().
  std::uint64_t generation(const std::string& key);
  void put(const std::string& key, std::shared_ptr<const Note> note, std::uint64_t generation);
  void erase(const std::string& key);

 private:
  static constexpr std::size_t kShards = 16;
  struct Entry {
    std::string key;
    std::shared_ptr<const Note> note;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> recent;  // the most recent first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key;
    std::size_t bytes = 0;
    std::uint64_t generation = 0;
  };
  static std::size_t size_of(const Entry& entry);
  static void drop(Shard& shard, std::list<Entry>::iterator entry);
  Shard& shard(const std::string& key) { return shards_[std::hash<std::string>()(key) % kShards]; }

  const std::size_t max_shard_bytes_;
  std::array<Shard, kShards> shards_;
};

class NotesKind final : public ConnectorKind {
 public:
  // Registers its applier with `db`. Database work runs on `pool`. A search reads every note and runs on
  // `searches`, so that other operations never wait for it.
  NotesKind(Database& db, FairPool& pool, FairPool& searches, const Clock& clock,
            std::size_t cache_bytes = 32 << 20);

  std::string_view kind() const override { return "notes"; }
  std::string_view name() const override { return "Notes"; }
  std::string_view description() const override {
    return "Short notes kept in Wick itself. Needs no other system.";
  }
  std::vector<ConfigField> fields() const override { return {}; }
  bool custom_operations() const override { return false; }
  std::vector<OperationEntry> operations() const override;
  Result<void> check_config(const boost::json::object& config) const override;
  Result<void> check_operation(const boost::json::object&) const override;
  CallTask call(Call call) override;

 private:
  using Operation = CallResult (NotesKind::*)(const Call&);
  CallResult create(const Call& call);
  CallResult list(const Call& call);
  CallResult search(const Call& call);
  CallResult get(const Call& call);
  CallResult update(const Call& call);
  CallResult remove(const Call& call);
  Result<std::shared_ptr<const Note>> load(const std::string& connector, const std::string& id);

  Database& db_;
  FairPool& pool_;
  FairPool& searches_;
  const Clock& clock_;
  NoteCache cache_;
};

}  // namespace wick
