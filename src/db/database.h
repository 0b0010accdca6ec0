// Database: SQL in transactions, one text for SQLite and PostgreSQL, and the change log.
//
// SQL is written with $1, $2 … placeholders and the types BIGINT, TEXT and BYTEA only. Calls block: make them
// on database threads, never on an io thread.
//
// Change log. Everything a node keeps in memory is a cache of the database, kept exact like this: a
// transaction names each entity it changed with Transaction::changed(); the entries get consecutive numbers
// from a one-row counter inside the same transaction, so the log has no gaps and no entry of a rolled-back
// transaction. After the commit, still under the writer lock, the appliers run in the order of the log. Then
// the lock is released, the followers of the changed kinds run, and only then does write() return. Hence a
// caller that has been answered knows that this node's memory agrees with what was written; and appliers,
// which reload the current state of the entity they are given, never go backwards. An applier or follower
// that fails ends the process: memory that can no longer follow the log must not serve.
//
// Connections. Those that are ever used are opened by open_sqlite(): one for writing, a pool of readers, and
// three that are kept for who must not wait for the pool: the thread that holds the writer lock (appliers),
// the one that follows a change, and checkpoints. So no later use needs a file descriptor, a read waits for a
// free connection instead of opening one, and memory can follow the change log whatever else goes on.
//
// Full disk. A write that finds no room releases the reserve (db/disk_space.h) and runs once more. The
// write-ahead log is bounded in bytes and time: a thread moves it into the file above kCheckpointBytes, and
// kCheckpointAge after the oldest write in it. Only a reader that does not end lets it grow further;
// log_bytes() tells.
//
// A second node reads the same log. Entries older than kChangeLogAge are pruned: a node that finds its next
// number gone has been away for longer and loads everything, as at start.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace wick {

class DiskSpace;

// How long entries of the change log are kept for other nodes.
inline constexpr Micros kChangeLogAge = 24 * 3600 * kMicrosPerSecond;

inline constexpr int kDefaultReaders = 8;
// A read that finds no connection free for this long fails.
inline constexpr int kReaderWaitSeconds = 5;
inline constexpr std::int64_t kCheckpointBytes = 8 << 20;
inline constexpr int kCheckpointAgeSeconds = 30;

struct BlobView {
  std::string_view bytes;
};
// Borrowed for the duration of the call.
using SqlParam = std::variant<std::nullptr_t, std::int64_t, std::string_view, BlobView>;
using SqlParams = std::span<const SqlParam>;

// One row of a result, valid only inside the callback that receives it. Columns count from 0.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  // TEXT or BYTEA.
  virtual std::string_view bytes(int column) const = 0;
  std::string text(int column) const { return std::string(bytes(column)); }
};

struct ChangeEntry {
  std::string kind;    // "user", "token", "connector" …
  std::string entity;  // its id
};

// Not thread-safe; lives inside one read() or write().
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Errors of all three: kConflict     a uniqueness or foreign-key constraint
  //                      kUnavailable  the disk is full, the folder read-only, the store away
  //                      kInternal     anything else, with the engine's message
  virtual Result<void> for_each(std::string_view sql, SqlParams params,
                                const std::function<void(const SqlRow&)>& row) = 0;
  // The number of rows changed.
  virtual Result<std::int64_t> execute(std::string_view sql, SqlParams params) = 0;
  // Appends to the change log. Only in write().
  virtual Result<void> changed(std::string_view kind, std::string_view entity) = 0;
  // In place of changed() where the caller reports a state that was there already: nothing is logged, but
  // write() returns only after memory agrees with the changes of this kind that others have made.
  virtual void unchanged(std::string_view kind) = 0;

  Result<void> for_each(std::string_view sql, std::initializer_list<SqlParam> params,
                        const std::function<void(const SqlRow&)>& row) {
    return for_each(sql, SqlParams(params.begin(), params.size()), row);
  }
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlParam> params) {
    return execute(sql, SqlParams(params.begin(), params.size()));
  }
};

// One numbered step of the schema; `sql` may hold several statements. Never edit one that has been released.
struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string_view sql;
};

// What a write does when the disk is nearly full.
enum class Space {
  kMayUseReserve,  // the control plane: revocation, sign-in, deletion
  kNoReserve,      // what is left but the reserve: records of calls that were let in while there was room
  kNeedsRoom,      // fails with kUnavailable below limits.min_free_bytes
};

// Thread-safe.
class Database {
 public:
  using Work = std::function<Result<void>(Transaction&)>;
  using Applier = std::function<Result<void>(const ChangeEntry&)>;
  using Follower = std::function<Result<void>()>;

  virtual ~Database() = default;

  // Registers what reloads entities of `kind`, under the writer lock: it must be quick. Before the first
  // write; appliers may call read(), never write().
  virtual void on_change(std::string kind, Applier applier) = 0;
  // Registers what takes too long for the writer lock. It runs on the thread of each write() that named
  // `kind`, after the lock is released: other writes go on meanwhile, so it may run on several threads at
  // once.
  virtual void after_change(std::string kind, Follower follower) = 0;
  // Runs `work`, a function from Transaction& to a Result, in one transaction and returns its result; the transaction is
  // rolled back when that is an error. Writers are serialised. `work` runs a second time when the first was rolled back
  // for lack of room, so it sets what it captures and adds nothing to it.
  template <typename F>
  auto write(F&& work, Space space = Space::kNeedsRoom) {
    return with_value([&](const Work& run) { return run_write(run, space); }, work);
  }
  // For what must work on a full disk too, and for nothing that a stranger can repeat.
  template <typename F>
  auto write_with_reserve(F&& work) {
    return write(work, Space::kMayUseReserve);
  }
  // Runs `work` on a consistent view and returns its result; does not wait for writers. Inside another read() of the same
  // thread, it is the same view. Errors: kUnavailable  no connection became free for kReaderWaitSeconds
  template <typename F>
  auto read(F&& work) {
    return with_value([&](const Work& run) { return run_read(run); }, work);
  }
  // Removes change-log entries older than kChangeLogAge, a small step of them; whether there may be more.
  virtual Result<bool> prune_change_log(Micros now) = 0;
  // Moves finished writes from the write-ahead log into the database file (SQLite), without blocking writers.
  virtual void checkpoint() = 0;
  // Of the write-ahead log, as far as it is not moved yet.
  virtual std::int64_t log_bytes() const = 0;
  // How much work all writes were so far, in steps of the engine: for tests of what must not grow.
  virtual std::uint64_t write_steps() const = 0;
  // A consistent copy of the running database in a new file.
  // Errors: kConflict  the file exists;  kUnavailable  it cannot be written
  virtual Result<void> backup_to(const std::string& file) = 0;
  // Errors: kInternal with what the engine found damaged.
  virtual Result<void> check() = 0;

 protected:
  virtual Result<void> run_write(const Work& work, Space space) = 0;
  virtual Result<void> run_read(const Work& work) = 0;

 private:
  template <typename Run, typename F>
  static auto with_value(const Run& run, F& work) {
    using R = std::invoke_result_t<F&, Transaction&>;
    if constexpr (std::is_same_v<R, Result<void>>) {
      return run(work);
    } else {
      R out = fail(ErrorCode::kInternal, "The transaction was not run.");
      auto done = run([&](Transaction& tx) -> Result<void> {
        out = work(tx);
        if (!out) return fail(Error(out.error()));  // rolls back
        return {};
      });
      if (!done) out = fail(std::move(done.error()));
      return out;
    }
  }
};

// Runs `sql` until it finds nothing more, each time in a write of its own with a pause after it, so that
// others come to their turn. `sql` deletes at most $2 rows of those that are due at $1.
Result<void> delete_in_steps(Database& db, std::string_view sql, Micros at);

struct SqliteOptions {
  int readers = kDefaultReaders;
  DiskSpace* disk = nullptr;  // of the file's folder; outlives the database
};

// Opens or makes a SQLite file and brings its schema up to date, each migration in one transaction.
// Errors: kUnavailable      the folder or file cannot be opened or written
//         kInvalidArgument  the file was written by a newer version
Result<std::unique_ptr<Database>> open_sqlite(const std::string& file, std::span<const Migration> migrations,
                                              SqliteOptions options = {});

}  // namespace wick
