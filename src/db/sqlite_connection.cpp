#include "db/sqlite_connection.h"

#include <algorithm>
#include <cstdlib>

namespace wick {
namespace {

constexpr std::chrono::milliseconds kBusyTimeout(5000);

Error sqlite_error(sqlite3* connection, const std::string& file) {
  const std::string message = sqlite3_errmsg(connection);
  switch (sqlite3_errcode(connection)) {
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, message, {}};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable,
              "The disk is full: nothing was written to " + file + ". Free some space.",
              {}};
    case SQLITE_READONLY:
      return {ErrorCode::kUnavailable, "Cannot write " + file + ": the file or its folder is read-only.", {}};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {ErrorCode::kUnavailable, "Cannot use " + file + ": " + message + ".", {}};
    case SQLITE_BUSY:
      return {ErrorCode::kUnavailable, "Another process holds " + file + " locked.", {}};
    case SQLITE_NOMEM:
      return {ErrorCode::kUnavailable, "Not enough memory: try again in a moment.", {}};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal, file + " is damaged (" + message + "): restore a backup.", {}};
    default:
      return {ErrorCode::kInternal, "SQLite: " + message, {}};
  }
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* handle) : handle_(handle) {
  // SQLite reads "$7" as a name and numbers names by first appearance: map the numbers back.
  for (int i = 1; i <= sqlite3_bind_parameter_count(handle); ++i) {
    const char* name = sqlite3_bind_parameter_name(handle, i);
    const int number = name != nullptr && name[0] == '$' ? std::atoi(name + 1) : 0;
    WICK_ASSERT(number > 0);
    positions_.resize(std::max<std::size_t>(positions_.size(), std::size_t(number)));
    positions_[std::size_t(number) - 1] = i;
  }
}

std::string_view SqliteStatement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  return {static_cast<const char*>(data),
          data == nullptr ? 0 : std::size_t(sqlite3_column_bytes(handle_, column))};
}

void SqliteStatement::bind(SqlParams params) {
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

int SqliteStatement::reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  return sqlite3_stmt_status(handle_, SQLITE_STMTSTATUS_VM_STEP, 1);
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close(handle_);
}

Result<void> SqliteConnection::open(const std::string& file, int cache_kib) {
  file_ = file;
  const int opened = sqlite3_open_v2(
      file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (opened != SQLITE_OK) return fail(error());
  sqlite3_busy_timeout(handle_, int(kBusyTimeout.count()));
  sqlite3_extended_result_codes(handle_, 0);
  auto prepared = script(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
      "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-" +
      std::to_string(cache_kib) + ";");
  if (!prepared) return prepared;
  // The first read opens the write-ahead log and its index.
  return script("SELECT COUNT(*) FROM sqlite_schema");
}

Result<void> SqliteConnection::script(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error());
  return {};
}

Result<std::unique_ptr<SqliteStatement>> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr) !=
      SQLITE_OK) {
    return fail(error());
  }
  return std::make_unique<SqliteStatement>(handle);
}

Result<void> SqliteConnection::run(std::string_view sql, SqlParams params,
                                   const std::function<void(const SqlRow&)>* row) {
  const auto found = statements_.find(std::string(sql));
  if (found != statements_.end() && !found->second->is_running()) return run(*found->second, params, row);
  WICK_TRY(prepared, prepare(sql));
  if (found != statements_.end()) return run(*prepared, params, row);  // inside a callback of its own rows
  return run(*statements_.emplace(sql, std::move(prepared)).first->second, params, row);
}

Result<void> SqliteConnection::run(SqliteStatement& statement, SqlParams params,
                                   const std::function<void(const SqlRow&)>* row) {
  statement.bind(params);
  int stepped = statement.step();
  for (; stepped == SQLITE_ROW; stepped = statement.step()) {
    if (row != nullptr) (*row)(statement);
  }
  Result<void> result;
  if (stepped != SQLITE_DONE) result = fail(error());
  steps_ += std::uint64_t(statement.reset());
  return result;
}

Error SqliteConnection::error() {
  const int code = sqlite3_errcode(handle_);
  // SQLite reports an exceeded quota, and the index of the write-ahead log on a full disk, as I/O errors.
  if (code == SQLITE_FULL || code == SQLITE_IOERR) met_full_disk_ = true;
  return sqlite_error(handle_, file_);
}

}  // namespace wick
