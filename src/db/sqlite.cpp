// SQLite behind Database: one writer connection under a mutex, a pool of readers, WAL with synchronous=FULL.
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/log.h"
#include "base/time.h"
#include "db/database.h"

namespace wick {
namespace {

constexpr int kBusyTimeoutMillis = 5000;
constexpr std::int64_t kPruneStep = 500;  // rows that are removed while the writer is held

Error sqlite_error(sqlite3* connection, const std::string& file) {
  const std::string message = sqlite3_errmsg(connection);
  switch (sqlite3_errcode(connection)) {
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, message, 0};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable,
              "The disk is full: nothing was written to " + file + ". Free some space.", 0};
    case SQLITE_READONLY:
      return {ErrorCode::kUnavailable, "Cannot write " + file + ": the file or its folder is read-only.", 0};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {ErrorCode::kUnavailable, "Cannot use " + file + ": " + message + ".", 0};
    case SQLITE_BUSY:
      return {ErrorCode::kUnavailable, "Another process holds " + file + " locked.", 0};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal, file + " is damaged (" + message + "): restore a backup.", 0};
    default:
      return {ErrorCode::kInternal, "SQLite: " + message, 0};
  }
}

class Statement final : public SqlRow {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {
    // "$7" is a name to SQLite and numbered by first appearance: map it back to what the caller means.
    for (int i = 1; i <= sqlite3_bind_parameter_count(handle); ++i) {
      const char* name = sqlite3_bind_parameter_name(handle, i);
      const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
      WICK_ASSERT(number > 0);
      positions_.resize(std::max<std::size_t>(positions_.size(), std::size_t(number)));
      positions_[std::size_t(number) - 1] = i;
    }
  }
  ~Statement() override { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool is_null(int column) const override { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_, column); }
  std::string_view bytes(int column) const override {
    const void* data = sqlite3_column_blob(handle_, column);
    return {static_cast<const char*>(data),
            data == nullptr ? 0 : std::size_t(sqlite3_column_bytes(handle_, column))};
  }

  void bind(SqlParams params) {
    WICK_ASSERT(params.size() == positions_.size());
    for (std::size_t i = 0; i < params.size(); ++i) {
      const int at = positions_[i];
      if (const auto* number = std::get_if<std::int64_t>(&params[i])) {
        sqlite3_bind_int64(handle_, at, *number);
      } else if (const auto* text = std::get_if<std::string_view>(&params[i])) {
        sqlite3_bind_text64(handle_, at, text->data() == nullptr ? "" : text->data(), text->size(),
                            SQLITE_STATIC, SQLITE_UTF8);
      } else if (const auto* blob = std::get_if<BlobView>(&params[i])) {
        sqlite3_bind_blob64(handle_, at, blob->bytes.data() == nullptr ? "" : blob->bytes.data(),
                            blob->bytes.size(), SQLITE_STATIC);
      } else {
        sqlite3_bind_null(handle_, at);
      }
    }
  }
  int step() { return sqlite3_step(handle_); }
  void reset() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
  }

 private:
  sqlite3_stmt* handle_;
  std::vector<int> positions_;
};

class Connection {
 public:
  ~Connection() {
    statements_.clear();
    sqlite3_close(handle_);
  }
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> open(const std::string& file) {
    file_ = file;
    const int opened = sqlite3_open_v2(
        file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (opened != SQLITE_OK) return fail(error());
    sqlite3_busy_timeout(handle_, kBusyTimeoutMillis);
    sqlite3_extended_result_codes(handle_, 0);
    return script(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
        "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192;");
  }
  Result<void> script(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error());
    return {};
  }
  Result<Statement*> prepare(std::string_view sql) {
    if (const auto found = statements_.find(std::string(sql)); found != statements_.end())
      return found->second.get();
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
                           nullptr) != SQLITE_OK) {
      return fail(error());
    }
    return statements_.emplace(sql, std::make_unique<Statement>(handle)).first->second.get();
  }
  Result<void> run(std::string_view sql, SqlParams params, const std::function<void(const SqlRow&)>* row) {
    auto prepared = prepare(sql);
    if (!prepared) return fail(std::move(prepared.error()));
    Statement& statement = **prepared;
    statement.bind(params);
    int stepped = statement.step();
    for (; stepped == SQLITE_ROW; stepped = statement.step()) {
      if (row != nullptr) (*row)(statement);
    }
    Result<void> result;
    if (stepped != SQLITE_DONE) result = fail(error());
    statement.reset();
    return result;
  }
  std::int64_t changes() const { return sqlite3_changes64(handle_); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  Error error() const { return sqlite_error(handle_, file_); }
  sqlite3* handle() { return handle_; }

 private:
  std::string file_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
};

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Connection& connection, bool writable) : connection_(connection), writable_(writable) {}

  Result<void> for_each(std::string_view sql, SqlParams params,
                        const std::function<void(const SqlRow&)>& row) override {
    return connection_.run(sql, params, &row);
  }
  Result<std::int64_t> execute(std::string_view sql, SqlParams params) override {
    WICK_ASSERT(writable_);
    auto done = connection_.run(sql, params, nullptr);
    if (!done) return fail(std::move(done.error()));
    return connection_.changes();
  }
  Result<void> changed(std::string_view kind, std::string_view entity) override {
    WICK_ASSERT(writable_);
    std::int64_t seq = 0;
    auto head = Transaction::for_each("UPDATE change_head SET seq = seq + 1 WHERE id = 1 RETURNING seq", {},
                                      [&](const SqlRow& row) { seq = row.integer(0); });
    if (!head) return head;
    auto logged =
        Transaction::execute("INSERT INTO change_log (seq, kind, entity, at) VALUES ($1, $2, $3, $4)",
                             {seq, kind, entity, SystemClock().now()});
    if (!logged) return fail(std::move(logged.error()));
    entries.push_back({std::string(kind), std::string(entity)});
    kinds.emplace(kind);
    return {};
  }
  void unchanged(std::string_view kind) override { kinds.emplace(kind); }

  std::vector<ChangeEntry> entries;
  std::set<std::string> kinds;  // whose followers run before write() returns

 private:
  Connection& connection_;
  bool writable_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::string file) : file_(std::move(file)) {}

  Result<void> open(std::span<const Migration> migrations) {
    if (auto opened = writer_.open(file_); !opened) return opened;
    ::chmod(file_.c_str(), 0600);
    return migrate(migrations);
  }

  void on_change(std::string kind, Applier applier) override {
    appliers_[std::move(kind)].push_back(std::move(applier));
  }

  void after_change(std::string kind, Follower follower) override {
    followers_[std::move(kind)].push_back(std::move(follower));
  }

  Result<void> write(const Work& work) override {
    SqliteTransaction transaction(writer_, true);
    if (auto committed = commit(transaction, work); !committed) return committed;
    for (const std::string& kind : transaction.kinds) follow(kind);
    return {};
  }

  Result<void> read(const Work& work) override {
    auto borrowed = borrow();
    if (!borrowed) return fail(std::move(borrowed.error()));
    std::unique_ptr<Connection> connection = std::move(*borrowed);
    SqliteTransaction transaction(*connection, false);
    if (auto begun = connection->script("BEGIN"); !begun) return begun;
    Result<void> result = work(transaction);
    auto ended = connection->script("COMMIT");
    if (!ended) return result ? ended : result;
    const std::lock_guard lock(readers_mutex_);
    readers_.push_back(std::move(connection));
    return result;
  }

  Result<bool> prune_change_log(Micros now) override {
    std::int64_t last = 0, seen = 0;
    auto found = read([&](Transaction& tx) {
      return tx.for_each("SELECT seq, at FROM change_log ORDER BY seq LIMIT $1", {kPruneStep},
                         [&](const SqlRow& row) {
                           if (++seen; row.integer(1) < now - kChangeLogAge) last = row.integer(0);
                         });
    });
    if (!found) return fail(std::move(found.error()));
    if (last == 0) return false;
    auto done = write([&](Transaction& tx) -> Result<void> {
      auto pruned = tx.execute("DELETE FROM change_log WHERE seq <= $1", {last});
      if (!pruned) return fail(std::move(pruned.error()));
      return {};
    });
    if (!done) return fail(std::move(done.error()));
    return seen == kPruneStep;
  }

  void checkpoint() override {
    auto borrowed = borrow();
    if (!borrowed) return;
    sqlite3* const handle = (*borrowed)->handle();
    sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    {
      // The little that was written meanwhile, while nobody writes: now the log is empty, and the next write
      // begins it anew. Else it would grow for as long as there is load.
      const std::lock_guard writing(writer_mutex_);
      sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
    const std::lock_guard lock(readers_mutex_);
    readers_.push_back(std::move(*borrowed));
  }

  Result<void> backup_to(const std::string& file) override {
    struct stat info {};
    if (::stat(file.c_str(), &info) == 0)
      return fail(ErrorCode::kConflict, file + " exists already: name a new file.");
    auto borrowed = borrow();
    if (!borrowed) return fail(std::move(borrowed.error()));
    const SqlParam target[] = {std::string_view(file)};
    // VACUUM INTO reads one consistent snapshot and does not stop writers.
    auto copied = (*borrowed)->run("VACUUM INTO $1", target, nullptr);
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
  Result<std::unique_ptr<Connection>> borrow() {
    {
      const std::lock_guard lock(readers_mutex_);
      if (!readers_.empty()) {
        auto connection = std::move(readers_.back());
        readers_.pop_back();
        return connection;
      }
    }
    auto connection = std::make_unique<Connection>();
    if (auto opened = connection->open(file_); !opened) return fail(std::move(opened.error()));
    return connection;
  }

  // The part of write() under the writer lock.
  Result<void> commit(SqliteTransaction& transaction, const Work& work) {
    const std::lock_guard lock(writer_mutex_);
    if (auto begun = writer_.script("BEGIN IMMEDIATE"); !begun) return begun;
    Result<void> result = work(transaction);
    if (result) result = writer_.script("COMMIT");
    if (!result) {
      if (writer_.in_transaction()) writer_.script("ROLLBACK").value();
      return result;
    }
    for (const ChangeEntry& entry : transaction.entries) apply(entry);
    return {};
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
    for (const Follower& follower : found->second) {
      if (auto followed = follower(); !followed) stop_stale(kind, "", followed.error());
    }
  }

  [[noreturn]] static void stop_stale(const std::string& kind, const std::string& entity,
                                      const Error& error) {
    spdlog::critical(
        "cannot follow the change log ({} {}): {}; stopping, because what is in memory would be stale", kind,
        entity, error.message);
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
      auto done = write([&](Transaction& tx) -> Result<void> {
        if (auto ran = writer_.script(std::string(migration.sql)); !ran) return ran;
        auto noted = tx.execute("INSERT INTO schema_migrations (number, name) VALUES ($1, $2)",
                                {migration.number, migration.name});
        if (!noted) return fail(std::move(noted.error()));
        return {};
      });
      if (!done) return done;
    }
    return {};
  }

  const std::string file_;
  std::mutex writer_mutex_;
  Connection writer_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::map<std::string, std::vector<Applier>> appliers_;
  std::map<std::string, std::vector<Follower>> followers_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& file,
                                              std::span<const Migration> migrations) {
  auto database = std::make_unique<SqliteDatabase>(file);
  if (auto opened = database->open(migrations); !opened) return fail(std::move(opened.error()));
  return database;
}

}  // namespace wick
