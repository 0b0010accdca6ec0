// RunLog: the durable record of every call, with group commit.
//
// append() queues a run and resumes the caller after its commit (synchronous=FULL), so a response that waits
// for append() is never sent without its record. One writer thread takes all queued runs, up to max_group, and
// commits them in one transaction. During the commit, the next group gathers. Thread-safe.
//
// Correctness: a run is acknowledged only after the COMMIT that contains it has returned. The queue is bounded
// in rows and bytes, and so is memory. If a commit fails, every run of its group gets the error and none is
// acknowledged.
//
// A call that cannot be recorded must not be executed. ready() is called before each call. It fails while the
// disk has no space, while a write-ahead log is too long, while the queue is full, and after a failed commit
// until a write succeeds again (ready() triggers the attempt). Calls that were accepted earlier still have
// limits.min_free_bytes for their records.
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

// The runs of one user take at most this fraction of the queue: a quarter.
inline constexpr std::size_t kQueueShareOfUser = 4;

struct RunLogOptions {
  std::size_t max_group = 256;                // rows per transaction
  std::size_t max_queued = 16'384;            // above, append() fails with kUnavailable
  std::size_t max_queued_bytes = 64 << 20;    // likewise
  std::int64_t max_log_bytes = 256 << 20;     // of a write-ahead log; above, ready() fails
  std::size_t max_payload_bytes = 64 * 1024;  // of request and response each; longer ones are cut and marked
  bool wait_for_commit = true;  // false: append() returns before the commit ("audit.durability = relaxed")
  int payload_days = 7;         // audit.payload_days
  int row_days = 90;            // audit.row_days
};

struct RunFilter {
  std::string connector_id, user_id, credential_id, operation;  // empty: any
  std::optional<RunStatus> status;
  bool only_failed = false;  // every status except kOk; only without `status`
  std::optional<RunSource> source;
  std::optional<Micros> from, to;  // when the run was recorded, half-open
  std::int64_t before = 0;         // cursor: only smaller ids; 0: begin with the newest
  int limit = 50;                  // at most kMaxRunPage
};
inline constexpr int kMaxRunPage = 200;

// A search checks its time limit after this many rows of the index.
inline constexpr int kSearchStepRows = 1000;
inline constexpr auto kSearchTime = std::chrono::milliseconds(50);

struct RunPage {
  std::vector<Run> runs;  // newest first
  // The cursor of the next page (RunFilter::before); nullopt on the last page.
  std::optional<std::int64_t> next;
  // Set if the search reached its time limit before the page was full: older matches may exist.
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
// Counts over all retained days.
struct UsageConnector {
  std::string connector_id;  // empty: calls without a connector, such as wick_search
  std::int64_t calls = 0, errors = 0;
};
// The owner of the counted calls.
enum class UsageOf { kCredential, kUser };
struct Usage {
  std::int64_t calls = 0, errors = 0;
  std::vector<UsageConnector> connectors;     // the busiest first
  std::vector<UsageItem> addresses, clients;  // most recent first
  std::vector<UsageDay> days;                 // the last 30, oldest first, none left out
};

// Further conditions for recording a call; null: not checked. Both must outlive the log.
struct RunLogNeeds {
  DiskSpace* disk = nullptr;
  const Database* other = nullptr;  // the database that calls write to
};

// A run in its stored form, with masked and shortened payloads and texts. Only RunLog::mask() creates one, so
// no unmasked run can be queued.
class MaskedRun {
 public:
  // Marks the call as cancelled: its result is not returned. `error` is our own text and needs no mask.
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
  // Starts the writer thread. `db` must have been opened with runs_migrations() and outlive this.
  RunLog(Database& db, const Clock& clock, RunLogOptions options, RunLogNeeds needs = {});
  ~RunLog();  // stops
  // Commits the queued runs and ends the threads. Idempotent.
  void stop();

  // Whether a call that begins now can be recorded. Does not wait.
  // Errors: kUnavailable  with Error::retry_after
  Result<void> ready();

  using Executor = boost::asio::io_context::executor_type;
  // Masks and shortens a run. Names that clients choose lose their hidden characters (base/visible_text.h).
  // Linear in the size of the payloads: call it off the io threads for more than kLongWorkBytes.
  MaskedRun mask(Run run) const;

  // Commits the run, then resumes the caller on its own io thread.
  // Errors: kRateLimited  the user has the maximum of runs in the queue
  //         kUnavailable  the queue or the disk is full, or the log is stopping
  boost::asio::awaitable<Result<std::int64_t>, Executor> append(MaskedRun run);
  // append() for worker threads; blocks.
  Result<std::int64_t> append_blocking(MaskedRun run);

  // Returns one page of runs, with payloads only if `payloads`. Blocks. Every filter has an index; with several
  // filters, the most selective one is used. The search ends after kSearchTime, checked every kSearchStepRows
  // rows.
  Result<RunPage> search(const RunFilter& filter, bool payloads);
  // Errors: kNotFound
  Result<Run> get(std::int64_t id);
  // The usage of a credential or user, from stored counts and from a sample of the runs (kUsageSample).
  Result<Usage> usage(UsageOf whose, const std::string& id);
  // Calls and errors per day of all users, for the last `days` days.
  Result<std::vector<UsageDay>> daily(int days);
  // Calls, errors and 95th percentiles of latencies in the last `periods` hours or days, by period and by
  // connector; of one connector if named. Reads counts and no runs. Blocks.
  Result<UsageSeries> series(const std::optional<std::string>& connector_id, Grain grain, int periods);
  int kept_days() const;  // audit.row_days
  // Deletes runs and payloads older than the retention, oldest first, in a step of some milliseconds. Returns
  // whether more remain. Visits no row twice. Blocks.
  Result<bool> purge_step();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wick
