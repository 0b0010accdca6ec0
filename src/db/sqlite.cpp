// SQLite behind Database: one writer connection under a mutex, a pool of readers, WAL with synchronous=FULL.
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/time.h"
#include "db/database.h"
#include "db/disk_space.h"
#include "db/sqlite_connection.h"

namespace wick {
namespace {

constexpr std::int64_t kPruneStep = 500;  // rows removed in one write
constexpr int kWriterCacheKib = 8192, kReaderCacheKib = 2048;
// A longer log is truncated the next time that it is empty.
constexpr std::int64_t kMaxIdleLogBytes = 2 * kCheckpointBytes;
constexpr std::int64_t kMinCheckpointBytes = 256 << 10;  // on a small disk

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(SqliteConnection& connection, bool writable)
      : connection_(connection), writable_(writable) {}

  Result<void> for_each(std::string_view sql, SqlParams params,
                        const std::function<void(const SqlRow&)>& row) override {
    return connection_.run(sql, params, &row);
  }
  Result<std::int64_t> execute(std::string_view sql, SqlParams params) override {
    WICK_ASSERT(writable_);
    WICK_CHECK(connection_.run(sql, params, nullptr));
    return connection_.changes();
  }
  Result<void> changed(std::string_view kind, std::string_view entity) override {
    WICK_ASSERT(writable_);
    std::int64_t seq = 0;
    auto head = Transaction::for_each("UPDATE change_head SET seq = seq + 1 WHERE id = 1 RETURNING seq", {},
                                      [&](const SqlRow& row) { seq = row.integer(0); });
    if (!head) return head;
    WICK_CHECK(Transaction::execute("INSERT INTO change_log (seq, kind, entity, at) VALUES ($1, $2, $3, $4)",
                                    {seq, kind, entity, SystemClock().now()}));
    entries.push_back({std::string(kind), std::string(entity)});
    kinds.emplace(kind);
    return {};
  }
  void unchanged(std::string_view kind) override { kinds.emplace(kind); }

  std::vector<ChangeEntry> entries;
  std::set<std::string> kinds;  // whose followers run before write() returns

 private:
  SqliteConnection& connection_;
  bool writable_;
};

// The use of a database by the current thread, so that a nested read uses the reserved connection.
struct ThreadUse {
  const void* database;
  SqliteConnection* reading;   // null: not inside read()
  SqliteConnection* reserved;  // for reads inside
  std::mutex* reserved_mutex;  // locked for each read; null: the thread already holds the guard
};
thread_local std::vector<ThreadUse> thread_uses;

class UseScope {
 public:
  explicit UseScope(ThreadUse use) { thread_uses.push_back(use); }
  ~UseScope() { thread_uses.pop_back(); }
  UseScope(const UseScope&) = delete;
  UseScope& operator=(const UseScope&) = delete;
};

// The pool of readers. All connections are opened at startup; take() waits for a free one.
//
// Correctness: free_ is changed only under the mutex, and a connection outside of free_ belongs to the one
// thread that holds its Lease.
class ReaderPool {
 public:
  class Lease {
   public:
    Lease(ReaderPool* pool, SqliteConnection* connection) : pool_(pool), connection_(connection) {}
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(other.connection_) {}
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(connection_);
    }
    SqliteConnection* get() const { return connection_; }

   private:
    ReaderPool* pool_;
    SqliteConnection* connection_;
  };

  Result<void> open(const std::string& file, int count) {
    for (int i = 0; i < count; ++i) {
      all_.push_back(std::make_unique<SqliteConnection>());
      if (auto opened = all_.back()->open(file, kReaderCacheKib); !opened) return opened;
      free_.push_back(all_.back().get());
    }
    return {};
  }
  Result<Lease> take() {
    std::unique_lock lock(mutex_);
    const bool is_free = given_back_.wait_for(lock, kReaderWait, [this] { return !free_.empty(); });
    if (!is_free) {
      return fail(Error{ErrorCode::kUnavailable,
                        "The database is busy: all its " + std::to_string(all_.size()) +
                            " connections are in use. Try again in a moment.",
                        std::chrono::seconds(1)});
    }
    SqliteConnection* connection = free_.back();
    free_.pop_back();
    return Lease(this, connection);
  }

 private:
  void give_back(SqliteConnection* connection) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(connection);
    }
    given_back_.notify_one();
  }

  std::vector<std::unique_ptr<SqliteConnection>> all_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<SqliteConnection*> free_;
};

// Correctness: writer_ and applier_ are used only under writer_mutex_, follower_ under follower_mutex_ and
// checkpoint_connection_ under checkpoint_mutex_. checkpoint_mutex_ is locked before writer_mutex_, never
// after. A thread that holds one of them never waits for the pool: its reads use the reserved connection.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string file, SqliteOptions options) : file_(std::move(file)), options_(options) {}
  ~SqliteDatabase() override {
    {
      const std::lock_guard lock(checkpointer_mutex_);
      stopping_ = true;
    }
    checkpoint_due_.notify_one();
    if (checkpointer_.joinable()) checkpointer_.join();
  }

  Result<void> open(std::span<const Migration> migrations) {
    if (auto opened = writer_.open(file_, kWriterCacheKib); !opened) return opened;
    ::chmod(file_.c_str(), 0600);
    auto limited = writer_.script("PRAGMA journal_size_limit=" + std::to_string(kMaxIdleLogBytes));
    if (!limited) return limited;
    sqlite3_wal_hook(writer_.handle(), &SqliteDatabase::committed, this);
    if (auto migrated = migrate(migrations); !migrated) return migrated;
    for (SqliteConnection* connection : {&applier_, &follower_, &checkpoint_connection_}) {
      if (auto opened = connection->open(file_, kReaderCacheKib); !opened) return opened;
    }
    sqlite3_busy_timeout(checkpoint_connection_.handle(), 0);
    if (auto opened = readers_.open(file_, options_.readers); !opened) return opened;
    checkpointer_ = std::thread([this] { checkpoint_loop(); });
    return {};
  }

  void on_change(std::string kind, Applier applier) override {
    appliers_[std::move(kind)].push_back(std::move(applier));
  }

  void after_change(std::string kind, Follower follower) override {
    followers_[std::move(kind)].push_back(std::move(follower));
  }

  using Database::write;
  Result<void> run_write(const Work& work, Space space) override {
    std::set<std::string> kinds;
    bool is_full = false;
    Result<void> done = commit(work, space, kinds, is_full);
    if (!done && is_full && space == Space::kMayUseReserve) {
      // The log has used the reserve and has not been moved into the file yet. After that, the next write
      // starts the log again and needs no space.
      checkpoint();
      done = commit(work, space, kinds, is_full);
    }
    if (!done) return done;
    for (const std::string& kind : kinds) follow(kind);
    return {};
  }

  Result<void> run_read(const Work& work) override {
    for (auto use = thread_uses.rbegin(); use != thread_uses.rend(); ++use) {
      if (use->database != this) continue;
      if (use->reading != nullptr) {
        SqliteTransaction same(*use->reading, false);
        return work(same);
      }
      std::unique_lock<std::mutex> lock;
      if (use->reserved_mutex != nullptr) lock = std::unique_lock(*use->reserved_mutex);
      return read_on(*use->reserved, work);
    }
    auto lease = readers_.take();
    if (!lease) return fail(std::move(lease.error()));
    return read_on(*lease->get(), work);
  }

  Result<bool> prune_change_log(Micros now) override {
    std::int64_t last = 0, seen = 0;
    auto found = read([&](Transaction& tx) {
      return tx.for_each("SELECT seq, at FROM change_log ORDER BY seq LIMIT $1", {kPruneStep},
                         [&](const SqlRow& row) {
                           if (++seen; row.integer(1) < now - to_micros(kChangeLogAge)) last = row.integer(0);
                         });
    });
    WICK_CHECK(found);
    if (last == 0) return false;
    auto done = write_with_reserve([&](Transaction& tx) -> Result<void> {
      WICK_CHECK(tx.execute("DELETE FROM change_log WHERE seq <= $1", {last}));
      return {};
    });
    WICK_CHECK(done);
    return seen == kPruneStep;
  }

  void checkpoint() override {
    const std::lock_guard lock(checkpoint_mutex_);
    move_log(SQLITE_CHECKPOINT_PASSIVE);
    // Moves the rest while nobody writes. Now the log is empty and the next write starts it again; otherwise
    // the log would grow as long as there is load.
    const std::lock_guard writing(writer_mutex_);
    const bool is_long = log_bytes() > kMaxIdleLogBytes;
    if (!move_log(SQLITE_CHECKPOINT_PASSIVE)) return;
    log_pages_ = 0;
    if (is_long) move_log(SQLITE_CHECKPOINT_TRUNCATE);
  }

  std::int64_t log_bytes() const override { return log_pages_ * kLogBytesPerPage; }
  std::uint64_t write_steps() const override {
    const std::lock_guard lock(writer_mutex_);
    return writer_.steps();
  }

  Result<void> backup_to(const std::string& file) override {
    struct stat info {};
    if (::stat(file.c_str(), &info) == 0)
      return fail(ErrorCode::kConflict, file + " already exists: name a new file.");
    WICK_TRY(lease, readers_.take());
    const SqlParam target[] = {std::string_view(file)};
    // VACUUM INTO reads one consistent snapshot and does not stop writers.
    auto copied = lease.get()->run("VACUUM INTO $1", target, nullptr);
    if (copied) ::chmod(file.c_str(), 0600);
    return copied;
  }

  Result<void> check() override {
    std::string problems;
    auto done = read([&](Transaction& tx) {
      return tx.for_each("PRAGMA integrity_check", {}, [&](const SqlRow& row) {
        if (row.bytes(0) != "ok") problems += row.text(0) + "; ";
      });
    });
    if (!done) return done;
    if (!problems.empty()) return fail(ErrorCode::kInternal, file_ + " is damaged: " + problems);
    return {};
  }

 private:
  static constexpr std::int64_t kLogBytesPerPage =
      4096 + 24;  // SQLite's default page, and its frame's header

  Result<void> read_on(SqliteConnection& connection, const Work& work) {
    if (auto begun = connection.run("BEGIN"); !begun) return begun;
    const UseScope scope({this, &connection, nullptr, nullptr});
    SqliteTransaction transaction(connection, false);
    Result<void> result = work(transaction);
    Result<void> ended;
    if (connection.in_transaction()) ended = connection.run("COMMIT");
    // A reader that stays in its transaction would keep the log from being truncated.
    if (connection.in_transaction()) (void)connection.run("ROLLBACK");
    return result ? ended : result;
  }

  // The part of write() that runs under the writer lock.
  Result<void> commit(const Work& work, Space space, std::set<std::string>& kinds, bool& is_full) {
    const std::lock_guard lock(writer_mutex_);
    const UseScope scope({this, nullptr, &applier_, nullptr});
    if (options_.disk != nullptr) {
      if (space == Space::kMayUseReserve) {
        options_.disk->release_if_full();
      } else if (space == Space::kNeedsRoom) {
        if (auto room = options_.disk->check(); !room) return room;
      }
    }
    writer_.forget_errors();
    SqliteTransaction first(writer_, true);
    Result<void> result = attempt(first, work);
    if (result) return finish(first, kinds);
    is_full = writer_.met_full_disk();
    if (options_.disk == nullptr || space != Space::kMayUseReserve || !is_full) return result;
    options_.disk->release();
    SqliteTransaction second(writer_, true);
    writer_.forget_errors();
    result = attempt(second, work);
    is_full = writer_.met_full_disk();
    if (!result) return result;
    return finish(second, kinds);
  }

  Result<void> attempt(SqliteTransaction& transaction, const Work& work) {
    if (auto begun = writer_.run("BEGIN IMMEDIATE"); !begun) return begun;
    Result<void> result = work(transaction);
    if (result) result = writer_.run("COMMIT");
    if (!result && writer_.in_transaction()) {
      if (auto undone = writer_.run("ROLLBACK"); !undone)
        spdlog::error("{}: a transaction could not be rolled back: {}", file_, undone.error().message);
    }
    return result;
  }

  Result<void> finish(SqliteTransaction& transaction, std::set<std::string>& kinds) {
    for (const ChangeEntry& entry : transaction.entries) apply(entry);
    kinds = std::move(transaction.kinds);
    return {};
  }

  // SQLite calls this function after each commit of the writer, under writer_mutex_.
  static int committed(void* self, sqlite3*, const char*, int pages) {
    auto& database = *static_cast<SqliteDatabase*>(self);
    database.log_pages_ = pages;
    const bool is_due = database.log_bytes() >= database.checkpoint_bytes();
    if (database.is_dirty_ && !is_due) return SQLITE_OK;
    {
      const std::lock_guard lock(database.checkpointer_mutex_);
      database.is_dirty_ = true;
      database.is_long_ = is_due;
    }
    database.checkpoint_due_.notify_one();
    return SQLITE_OK;
  }

  std::int64_t checkpoint_bytes() const {
    const std::int64_t total = options_.disk == nullptr ? 0 : options_.disk->total_bytes();
    return total == 0 ? kCheckpointBytes : std::clamp(total / 32, kMinCheckpointBytes, kCheckpointBytes);
  }

  // Sleeps while there are no writes.
  void checkpoint_loop() {
    std::unique_lock lock(checkpointer_mutex_);
    while (!stopping_) {
      checkpoint_due_.wait(lock, [this] { return stopping_ || is_dirty_; });
      checkpoint_due_.wait_for(lock, kCheckpointAge, [this] { return stopping_ || is_long_; });
      if (stopping_) return;
      is_dirty_ = is_long_ = false;
      lock.unlock();
      checkpoint();
      lock.lock();
      // A reader may hold the log: then the next attempt comes after a pause.
      const bool is_held = log_bytes() >= checkpoint_bytes();
      if (is_held) checkpoint_due_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
    }
  }

  // Requires checkpoint_mutex_. Returns whether the whole log was moved.
  bool move_log(int mode) {
    int in_log = 0, moved = 0;
    const auto move = [&] {
      return sqlite3_wal_checkpoint_v2(checkpoint_connection_.handle(), nullptr, mode, &in_log, &moved);
    };
    int done = move();
    if ((done == SQLITE_FULL || done == SQLITE_IOERR) && options_.disk != nullptr) {
      options_.disk->release();
      done = move();
    }
    if (done != SQLITE_OK && done != SQLITE_BUSY)
      spdlog::warn("{}: the write-ahead log could not be moved into the file: {}", file_,
                   sqlite3_errstr(done));
    return done == SQLITE_OK && in_log == moved;
  }

  void apply(const ChangeEntry& entry) {
    const auto found = appliers_.find(entry.kind);
    if (found == appliers_.end()) return;
    for (const Applier& applier : found->second) {
      if (auto applied = applier(entry); !applied) stop_stale(entry.kind, entry.entity, applied.error());
    }
  }

  void follow(const std::string& kind) {
    const auto found = followers_.find(kind);
    if (found == followers_.end()) return;
    const UseScope scope({this, nullptr, &follower_, &follower_mutex_});
    for (const Follower& follower : found->second) {
      if (auto followed = follower(); !followed) stop_stale(kind, "", followed.error());
    }
  }

  [[noreturn]] static void stop_stale(const std::string& kind, const std::string& entity,
                                      const Error& error) {
    spdlog::critical(
        "cannot follow the change log ({} {}): {}; stopping, because the state in memory would be stale",
        kind, entity, error.message);
    std::abort();
  }

  Result<void> migrate(std::span<const Migration> migrations) {
    auto prepared = writer_.script(
        "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)");
    if (!prepared) return prepared;
    std::int64_t current = 0;
    const std::function<void(const SqlRow&)> take = [&](const SqlRow& row) { current = row.integer(0); };
    if (auto read = writer_.run("SELECT COALESCE(MAX(number), 0) FROM schema_migrations", {}, &take); !read)
      return read;
    if (!migrations.empty() && current > migrations.back().number) {
      return fail(
          ErrorCode::kInvalidArgument,
          file_ + " was written by a newer version of Wick: start that version, or restore a backup.");
    }
    for (const Migration& migration : migrations) {
      if (migration.number <= current) continue;
      auto done = write_with_reserve([&](Transaction& tx) -> Result<void> {
        if (auto ran = writer_.script(std::string(migration.sql)); !ran) return ran;
        WICK_CHECK(tx.execute("INSERT INTO schema_migrations (number, name) VALUES ($1, $2)",
                              {migration.number, migration.name}));
        return {};
      });
      if (!done) return done;
    }
    return {};
  }

  const std::string file_;
  const SqliteOptions options_;
  mutable std::mutex writer_mutex_;
  SqliteConnection writer_, applier_;
  std::mutex follower_mutex_;
  SqliteConnection follower_;
  std::mutex checkpoint_mutex_;
  SqliteConnection checkpoint_connection_;
  ReaderPool readers_;
  std::atomic<std::int64_t> log_pages_ = 0;
  std::mutex checkpointer_mutex_;  // guards the three members below
  std::condition_variable checkpoint_due_;
  std::atomic<bool> is_dirty_ = false;
  bool is_long_ = false, stopping_ = false;
  std::thread checkpointer_;
  std::map<std::string, std::vector<Applier>> appliers_;
  std::map<std::string, std::vector<Follower>> followers_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& file, std::span<const Migration> migrations,
                                              SqliteOptions options) {
  auto database = std::make_unique<SqliteDatabase>(file, options);
  WICK_CHECK(database->open(migrations));
  return database;
}

}  // namespace wick
