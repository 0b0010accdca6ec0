// One connection to a SQLite file, with cached prepared statements. Internal to sqlite.cpp. Not thread-safe.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "db/database.h"

namespace wick {

class SqliteStatement final : public SqlRow {
 public:
  explicit SqliteStatement(sqlite3_stmt* handle);
  ~SqliteStatement() override { sqlite3_finalize(handle_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  bool is_null(int column) const override { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_, column); }
  std::string_view bytes(int column) const override;

  void bind(SqlParams params);
  int step() { return sqlite3_step(handle_); }
  bool is_running() const { return sqlite3_stmt_busy(handle_) != 0; }
  // Resets the statement for the next use. Returns the steps of SQLite's virtual machine that this use took.
  int reset();

 private:
  sqlite3_stmt* handle_;
  std::vector<int> positions_;
};

class SqliteConnection {
 public:
  SqliteConnection() = default;
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Opens the file and its write-ahead log, so that no later use opens another file. `cache_kib` is the size of
  // the page cache. Errors: as Transaction
  Result<void> open(const std::string& file, int cache_kib);
  // Runs several statements without caching them.
  Result<void> script(const std::string& sql);
  Result<void> run(std::string_view sql, SqlParams params, const std::function<void(const SqlRow&)>* row);
  Result<void> run(std::string_view sql) { return run(sql, {}, nullptr); }
  std::int64_t changes() const { return sqlite3_changes64(handle_); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // Whether an error since forget_errors() may have been caused by a full disk.
  bool met_full_disk() const { return met_full_disk_; }
  void forget_errors() { met_full_disk_ = false; }
  // The steps of all statements so far: a measure of work that does not depend on the machine.
  std::uint64_t steps() const { return steps_; }
  sqlite3* handle() { return handle_; }

 private:
  Result<std::unique_ptr<SqliteStatement>> prepare(std::string_view sql);
  Result<void> run(SqliteStatement& statement, SqlParams params,
                   const std::function<void(const SqlRow&)>* row);
  Error error();

  std::string file_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<SqliteStatement>> statements_;
  bool met_full_disk_ = false;
  std::uint64_t steps_ = 0;
};

}  // namespace wick
