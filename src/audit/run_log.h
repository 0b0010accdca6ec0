// RunLog: the durable record of every call, with group commit.
//
// append() queues the run and calls `done` once it is committed (synchronous=FULL), so a response that waits
// for it is never acknowledged without its row. One writer thread takes everything queued, up to kMaxGroup
// rows, and commits it in one transaction; while it commits, the next group gathers. Thread-safe.
//
// Why it is right: a run is acknowledged only after the COMMIT that contains it returned; the queue is
// bounded in rows and bytes, so memory is; when a commit fails every run of its group is told so and none is
// acknowledged.
//
// A call that cannot be recorded is not to be carried out. ready() is asked before each: it refuses while the
// disk has no room, while a write-ahead log is too long, while the queue is full, and after a commit that
// failed until the writer could write again, which ready() makes it try. Calls that were let in before still
// have limits.min_free_bytes for their records.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/run.h"
#include "audit/usage_series.h"
#include "base/result.h"
#include "db/database.h"
#include "db/disk_space.h"

namespace wick {

inline constexpr std::size_t kQueueShareOfUser =
    4;  // the runs of one user are at most a quarter of the queue

struct RunLogOptions {
  std::size_t max_group = 256;                // rows per transaction
  std::size_t max_queued = 16'384;            // append fails with kUnavailable above
  std::size_t max_queued_bytes = 64 << 20;    // and above this
  std::int64_t max_log_bytes = 256 << 20;     // of a write-ahead log; above, ready() fails
  std::size_t max_payload_bytes = 64 * 1024;  // request and response each; longer ones are cut and marked
  bool wait_for_commit = true;  // U6: false (by name: "audit.durability = relaxed") answers before the commit
  int payload_days = 7;         // U4
  int row_days = 90;
};

struct RunFilter {
  std::string connector_id, user_id, credential_id, operation;  // empty: any
  std::optional<RunStatus> status;
  bool only_failed = false;  // every status but kOk, as the counts of errors have it; without `status`
  std::optional<RunSource> source;
  std::optional<Micros> from, to;  // when the run was recorded, half-open
  std::int64_t before = 0;         // cursor: only ids below; 0: from the newest
  int limit = 50;                  // at most kMaxRunPage
};
inline constexpr int kMaxRunPage = 200;

// A search looks at not many more than this many rows that the index of its filters gives but that do not
// match.
inline constexpr int kSearchStepRows = 1000;
inline constexpr auto kSearchTime = std::chrono::milliseconds(50);

struct RunPage {
  std::vector<Run> runs;  // newest first
  // Where to go on (RunFilter::before); nullopt: there are no more.
  std::optional<std::int64_t> next;
  // The search ended for its time before it had filled the page: there may be more, older than this.
  std::optional<Micros> searched_back_to;
};

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
// Over all days that are kept.
struct UsageConnector {
  std::string connector_id;  // empty: calls of no connector, as of the meta tools
  std::int64_t calls = 0, errors = 0;
};
// Whose calls are counted.
enum class UsageOf { kCredential, kUser };
struct Usage {
  std::int64_t calls = 0, errors = 0;
  std::vector<UsageConnector> connectors;     // the busiest first
  std::vector<UsageItem> addresses, clients;  // most recent first
  std::vector<UsageDay> days;                 // the last 30, oldest first, none left out
};

// What else has to be well for a call to be recorded; null: it is not looked at. Both outlive the log.
struct RunLogNeeds {
  DiskSpace* disk = nullptr;
  const Database* other = nullptr;  // that calls write to
};

// A run as the log keeps it, its payloads and texts masked and cut. Only RunLog::mask() makes one, so nothing
// that is not masked can be queued.
class MaskedRun {
 public:
  // Nobody gets the result of the call; `error` are our own words, which need no mask.
  void cancel(std::string error);
  void drop_response() { run_.response.reset(); }
  const Run& run() const { return run_; }

 private:
  friend class RunLog;
  explicit MaskedRun(Run run) : run_(std::move(run)) {}
  Run run_;
};

class RunLog {
 public:
  // Starts the writer thread. `db` was opened with runs_migrations() and outlives this.
  RunLog(Database& db, const Clock& clock, RunLogOptions options, RunLogNeeds needs = {});
  ~RunLog();  // stops
  // Commits what is queued and ends the threads. Idempotent.
  void stop();

  // Whether a call that is made now can be recorded. Does not wait.
  // Errors: kUnavailable, with Error::retry_after_seconds
  Result<void> ready();

  using Executor = boost::asio::io_context::executor_type;
  // Names that clients choose lose their hidden characters (base/visible_text.h).
  // Linear in the payloads: what is larger than kLongWorkBytes is masked off the io threads.
  MaskedRun mask(Run run) const;

  // Commits the run, then resumes the caller on its own io thread.
  // Errors: kRateLimited  the user has as many runs in the queue as one may
  //         kUnavailable  the queue is full, or the disk is, or the log is stopping
  boost::asio::awaitable<Result<std::int64_t>, Executor> append(MaskedRun run);
  // The same for worker threads; blocks.
  Result<std::int64_t> append_blocking(MaskedRun run);

  // A page; bodies included only when `payloads`. Blocks. Every filter has an index; of several the one that
  // is likely to leave the fewest is used, and the search ends after kSearchTime, at the next
  // kSearchStepRows.
  Result<RunPage> search(const RunFilter& filter, bool payloads);
  // Errors: kNotFound
  Result<Run> get(std::int64_t id);
  // From counts that are kept with the runs, and a sample of these (kUsageSample).
  Result<Usage> usage(UsageOf whose, const std::string& id);
  // Calls and errors per day over all users, the last `days`.
  Result<std::vector<UsageDay>> daily(int days);
  // Calls, errors and the 95th percentile of latencies in the last `periods` hours or days, by period and by connector; of
  // one connector when it is named. Reads counts and no runs. Blocks.
  Result<UsageSeries> series(const std::optional<std::string>& connector_id, Grain grain, int periods);
  int kept_days() const;  // audit.row_days
  // Deletes what is older than the retention, in a step of some milliseconds, from the oldest on; true when
  // more remains. Visits no row twice. Blocks.
  Result<bool> purge_step();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick
