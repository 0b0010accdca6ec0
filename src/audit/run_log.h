// RunLog: the durable record of every call, with group commit.
//
// append() queues the run and calls `done` once it is committed (synchronous=FULL), so a response that waits
// for it is never acknowledged without its row. One writer thread takes everything queued, up to kMaxGroup
// rows, and commits it in one transaction; while it commits, the next group gathers. Thread-safe.
//
// Why it is right: a run is acknowledged only after the COMMIT that contains it returned; the queue is
// bounded, so memory is; when a commit fails every run of its group is told so and none is acknowledged. A
// second thread moves the write-ahead log into the database file, so that no commit ever waits for that.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/run.h"
#include "base/result.h"
#include "db/database.h"

namespace wick {

inline constexpr std::size_t kQueueShareOfUser =
    4;  // the runs of one user are at most a quarter of the queue

struct RunLogOptions {
  std::size_t max_group = 256;                // rows per transaction
  std::size_t max_queued = 16'384;            // append fails with kUnavailable above
  std::size_t max_payload_bytes = 64 * 1024;  // request and response each; longer ones are cut and marked
  bool wait_for_commit = true;  // U6: false (by name: "audit.durability = relaxed") answers before the commit
  int payload_days = 7;         // U4
  int row_days = 90;
};

struct RunFilter {
  std::string connector_id, user_id, credential_id, operation, status, source;  // empty: any
  std::optional<Micros> from, to;  // when the run was recorded, half-open
  std::int64_t before = 0;         // cursor: only ids below; 0: from the newest
  int limit = 50;                  // at most kMaxRunPage
};
inline constexpr int kMaxRunPage = 200;

struct UsageDay {
  std::string day;
  std::int64_t calls = 0, errors = 0;
};
// An address or a client, counted over the last kUsageSample runs.
struct UsageItem {
  std::string name;
  std::int64_t calls = 0;
  Micros last_at = 0;
};
inline constexpr int kUsageSample = 1000;
struct Usage {
  std::int64_t calls = 0, errors = 0;
  std::vector<std::pair<std::string, std::int64_t>> connectors;  // connector_id, calls; the busiest first
  std::vector<UsageItem> addresses, clients;                     // most recent first
  std::vector<UsageDay> days;                                    // the last 30, oldest first, none left out
};

class RunLog {
 public:
  // Starts the writer thread. `db` was opened with runs_migrations() and outlives this.
  RunLog(Database& db, const Clock& clock, RunLogOptions options);
  ~RunLog();  // stops
  // Commits what is queued and ends the threads. Idempotent.
  void stop();

  using Executor = boost::asio::io_context::executor_type;
  // Commits the run (masked and cut), then resumes the caller on its own io thread.
  // Errors: kRateLimited  the user has as many runs in the queue as one may
  //         kUnavailable  the queue is full, or the disk is, or the log is stopping
  boost::asio::awaitable<Result<std::int64_t>, Executor> append(Run run);
  // The same for worker threads; blocks.
  Result<std::int64_t> append_blocking(Run run);

  // Pages, newest first; bodies included only when `payloads`. Blocks. Index used: the primary key, or
  // connector_runs_connector, _user, _credential.
  Result<std::vector<Run>> search(const RunFilter& filter, bool payloads);
  // Errors: kNotFound
  Result<Run> get(std::int64_t id);
  Result<Usage> usage(const std::string& credential_id);
  // Calls and errors per day over all users, the last `days`.
  Result<std::vector<UsageDay>> daily(int days);
  // Deletes a bounded step of what is older than the retention; true when more remains. Blocks.
  Result<bool> purge_step();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick
