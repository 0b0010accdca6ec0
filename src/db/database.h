// Database: SQL in transactions, with the same text for SQLite and PostgreSQL, and the change log.
//
// SQL statements use the placeholders $1, $2 … and only the types BIGINT, TEXT and BYTEA. Calls block: use
// database threads, never an io thread.
//
// Change log. All state that a node keeps in memory is an exact cache of the database. A transaction names each
// entity that it changed with Transaction::changed(). The entries get consecutive numbers from a one-row
// counter inside the same transaction, so the log has no gaps and no entries of rolled-back transactions. After
// the commit, still under the writer lock, the appliers run in the order of the log. Then the lock is released,
// the followers of the changed kinds run, and write() returns. Hence, when write() has returned, the memory of
// this node agrees with the written data. Appliers reload the current state of an entity, so they never go
// backwards. If an applier or follower fails, the process ends: a node whose memory cannot follow the log must
// not serve requests.
//
// Connections. open_sqlite() opens all connections: one for writing, a pool of readers, and three reserved
// connections for work that must not wait for the pool: the thread that holds the writer lock (appliers), the
// thread that follows a change, and checkpoints. So no later use needs a file descriptor, a read waits for a
// free connection instead of opening one, and memory always follows the change log.
//
// Full disk. A write that fails for lack of space releases the reserve (db/disk_space.h) and runs once more.
// The write-ahead log is bounded in bytes and time: a thread moves it into the file above kCheckpointBytes, and
// kCheckpointAge after the oldest write in it. Only a reader that does not end lets the log grow further.
// log_bytes() returns its size.
//
// A second node reads the same log. Entries older than kChangeLogAge are pruned. A node that misses its next
// number has been away for longer and loads everything, as at startup.
#pragma once

#include <chrono>
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

// The time for which entries of the change log are kept for other nodes.
inline constexpr std::chrono::hours kChangeLogAge(24);

inline constexpr int kDefaultReaders = 8;
// A read that gets no connection within this time fails.
inline constexpr std::chrono::seconds kReaderWait(5);
inline constexpr std::int64_t kCheckpointBytes = 8 << 20;
inline constexpr std::chrono::seconds kCheckpointAge(30);

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
  // Errors of all functions:
  //         kConflict     a uniqueness or foreign-key constraint
  //         kUnavailable  the disk is full, the folder is read-only, or the store cannot be reached
  //         kInternal     anything else, with the message of the engine
  virtual Result<void> for_each(std::string_view sql, SqlParams params,
                                const std::function<void(const SqlRow&)>& row) = 0;
  // Returns the number of changed rows.
  virtual Result<std::int64_t> execute(std::string_view sql, SqlParams params) = 0;
  // Appends an entry to the change log. Only inside write().
  virtual Result<void> changed(std::string_view kind, std::string_view entity) = 0;
  // Replaces changed() where the entity already has the requested state. Logs nothing, but write() returns only
  // after memory agrees with earlier changes of this kind by other transactions.
  virtual void unchanged(std::string_view kind) = 0;

  Result<void> for_each(std::string_view sql, std::initializer_list<SqlParam> params,
                        const std::function<void(const SqlRow&)>& row) {
    return for_each(sql, SqlParams(params.begin(), params.size()), row);
  }
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<SqlParam> params) {
    return execute(sql, SqlParams(params.begin(), params.size()));
  }
};

// One numbered step of the schema. `sql` may hold several statements. Never edit a released migration.
struct Migration {
  std::int64_t number;
  std::string_view name;
  std::string_view sql;
};

// The space that a write may use when the disk is nearly full.
enum class Space {
  kMayUseReserve,  // may use the reserve: revocation, sign-in, deletion
  kNoReserve,      // may use all but the reserve: records of calls that were accepted while there was space
  kNeedsRoom,      // fails with kUnavailable below limits.min_free_bytes
};

// Thread-safe.
class Database {
 public:
  using Work = std::function<Result<void>(Transaction&)>;
  using Applier = std::function<Result<void>(const ChangeEntry&)>;
  using Follower = std::function<Result<void>()>;

  virtual ~Database() = default;

  // Registers the function that reloads an entity of `kind`. It runs under the writer lock and must be fast.
  // Register before the first write. Appliers may call read(), never write().
  virtual void on_change(std::string kind, Applier applier) = 0;
  // Registers a function that takes too long for the writer lock. It runs on the thread of each write() that
  // named `kind`, after the lock is released. Other writes continue meanwhile, so it may run on several threads
  // at once.
  virtual void after_change(std::string kind, Follower follower) = 0;
  // Runs `work`, a function from Transaction& to a Result, in one transaction and returns its result. An error
  // rolls the transaction back. Writers are serialised. After a rollback for lack of space, `work` runs a
  // second time, so it must assign to captured variables and not append to them.
  template <typename F>
  auto write(F&& work, Space space = Space::kNeedsRoom) {
    return with_value([&](const Work& run) { return run_write(run, space); }, work);
  }
  // For changes that must succeed on a full disk. Never for an action that an unauthenticated client can
  // repeat.
  template <typename F>
  auto write_with_reserve(F&& work) {
    return write(work, Space::kMayUseReserve);
  }
  // Runs `work` on a consistent view of the data and returns its result. Does not wait for writers. A read()
  // inside another read() of the same thread sees the same view.
  // Errors: kUnavailable  no connection became free within kReaderWait
  template <typename F>
  auto read(F&& work) {
    return with_value([&](const Work& run) { return run_read(run); }, work);
  }
  // Removes a limited number of change-log entries older than kChangeLogAge. Returns whether more may remain.
  virtual Result<bool> prune_change_log(Micros now) = 0;
  // Moves committed writes from the write-ahead log into the database file (SQLite), without blocking writers.
  virtual void checkpoint() = 0;
  // The size of the part of the write-ahead log that is not in the database file yet.
  virtual std::int64_t log_bytes() const = 0;
  // The work of all writes so far, in steps of the engine: for tests of costs.
  virtual std::uint64_t write_steps() const = 0;
  // Writes a consistent copy of the running database to a new file.
  // Errors: kConflict     the file exists
  //         kUnavailable  the file cannot be written
  virtual Result<void> backup_to(const std::string& file) = 0;
  // Checks the integrity of the file. Errors: kInternal  the damage that the engine found
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

// Runs `sql` until it finds nothing more to delete. Each step is a write with a pause after it, so that other
// writers get their turn. `sql` deletes at most $2 of the rows that are due at $1.
Result<void> delete_in_steps(Database& db, std::string_view sql, Micros at);

struct SqliteOptions {
  int readers = kDefaultReaders;
  DiskSpace* disk = nullptr;  // of the folder of the file; must outlive the database
};

// Opens or creates a SQLite file and brings its schema up to date, with one transaction for each migration.
// Errors: kUnavailable      the folder or file cannot be opened or written
//         kInvalidArgument  a newer version has written the file
Result<std::unique_ptr<Database>> open_sqlite(const std::string& file, std::span<const Migration> migrations,
                                              SqliteOptions options = {});

}  // namespace wick
