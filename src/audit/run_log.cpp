#include "audit/run_log.h"

#include <absl/functional/any_invocable.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <iterator>
#include <limits>
#include <mutex>
#include <thread>

#include "audit/mask.h"
#include "audit/period_store.h"
#include "audit/run_store.h"
#include "base/log.h"
#include "base/shares.h"
#include "base/text.h"
#include "base/visible_text.h"

namespace wick {
namespace {

namespace asio = boost::asio;

constexpr int kMinPurgeRows = 16, kFirstPurgeRows = 128, kMaxPurgeRows = 2048;
constexpr auto kLongPurge = std::chrono::milliseconds(8), kShortPurge = std::chrono::milliseconds(2);
constexpr int kMaxSearchRows = 8 * kSearchStepRows;
constexpr int kUsageDays = 30;
constexpr auto kProbeEvery = std::chrono::milliseconds(100);
// The memory of a queued run in addition to its texts.
constexpr std::size_t kPendingBytes = 512;
constexpr std::size_t kMaxTextBytes = 1024;  // error, user agent, client name: cut above

using Done = absl::AnyInvocable<void(Result<std::int64_t>)>;

std::unexpected<Error> unavailable(std::string message, std::chrono::seconds retry_after) {
  return fail(Error{ErrorCode::kUnavailable, std::move(message), retry_after});
}

std::size_t bytes_of(const Run& run) {
  std::size_t bytes = kPendingBytes + run.error.size() + run.user_agent.size() + run.operation.size();
  for (const auto* payload : {&run.request, &run.response}) bytes += *payload ? (*payload)->size() : 0;
  return bytes;
}

struct Pending {
  Run run;
  Done done;                             // empty: nobody waits
  std::optional<RunLog::Executor> home;  // where `done` runs; empty: on the writer
  Shares::Lease share = {};
};

void bound(std::string& text) {
  if (text.size() > kMaxTextBytes) text.resize(truncate_utf8(text, kMaxTextBytes).size());
}

// Every day from `first` on, with zeros for days without calls.
std::vector<UsageDay> fill_days(std::vector<UsageDay> found, Micros now, int days) {
  std::vector<UsageDay> all;
  auto next = found.begin();
  for (int i = days - 1; i >= 0; --i) {
    const std::string day = format_day(now - i * kMicrosPerDay);
    while (next != found.end() && next->day < day) ++next;
    if (next != found.end() && next->day == day) {
      all.push_back(*next);
    } else {
      all.push_back({day, 0, 0});
    }
  }
  return all;
}

}  // namespace

struct RunLog::Impl {
  Impl(Database& database, const Clock& the_clock, RunLogOptions the_options, RunLogNeeds the_needs)
      : db(database),
        clock(the_clock),
        options(the_options),
        needs(the_needs),
        shares(std::numeric_limits<std::size_t>::max(),
               std::max<std::size_t>(1, options.max_queued / kQueueShareOfUser),
               {"records of calls", "one user", "a part of audit.max_queued", ""}) {}

  // Assigns an id and queues the run. Errors: kUnavailable
  Result<std::int64_t> enqueue(Pending pending);
  // Whether the queue accepts another run. Requires the mutex.
  Result<void> check_queue() const;
  void write_loop();
  void write_group(std::vector<Pending>& group);
  void probe();

  Database& db;
  const Clock& clock;
  const RunLogOptions options;
  const RunLogNeeds needs;
  Shares shares;  // shares of the queue by user
  std::atomic<int> purge_rows = kFirstPurgeRows;

  // Set by the writer after a failed commit, cleared after a successful one.
  std::atomic<bool> cannot_record = false;

  std::mutex mutex;  // guards all members below
  std::condition_variable work;
  std::deque<Pending> queue;
  std::size_t queued_bytes = 0;
  std::int64_t last_id = 0;
  std::string last_failure;
  std::chrono::steady_clock::time_point probed_at;
  bool stopping = false, probe_wanted = false;
  std::thread writer;
};

Result<void> RunLog::Impl::check_queue() const {
  if (stopping)
    return unavailable("The server is shutting down: try again in a moment.", std::chrono::seconds(1));
  if (queue.size() < options.max_queued && queued_bytes < options.max_queued_bytes) return {};
  return unavailable("The audit log cannot keep up (" + std::to_string(queue.size()) +
                         " calls are waiting): try again in a moment.",
                     std::chrono::seconds(1));
}

Result<void> RunLog::ready() {
  if (impl_->needs.disk != nullptr) {
    WICK_CHECK(impl_->needs.disk->check());
  }
  for (const Database* db : {static_cast<const Database*>(&impl_->db), impl_->needs.other}) {
    if (db == nullptr || db->log_bytes() <= impl_->options.max_log_bytes) continue;
    return unavailable(
        "A write-ahead log has grown beyond limits.max_log_bytes, because a long read of the database is in "
        "progress, for example a backup or a check. Try again when it has ended.",
        std::chrono::seconds(10));
  }
  std::lock_guard lock(impl_->mutex);
  if (impl_->cannot_record) {
    const auto now = std::chrono::steady_clock::now();
    if (now - impl_->probed_at >= kProbeEvery) {
      impl_->probed_at = now;
      impl_->probe_wanted = true;
      impl_->work.notify_one();
    }
    return unavailable("Calls cannot be recorded, so none are accepted: " + impl_->last_failure,
                       std::chrono::seconds(1));
  }
  return impl_->check_queue();
}

Result<std::int64_t> RunLog::Impl::enqueue(Pending pending) {
  Run& run = pending.run;
  WICK_TRY(share, shares.take(run.user_id));
  pending.share = std::move(share);
  bool was_empty = false;
  std::int64_t id = 0;
  {
    std::lock_guard lock(mutex);
    WICK_CHECK(check_queue());
    last_id = std::max(clock.now() << kRunIdCounterBits, last_id + 1);
    run.id = id = last_id;
    was_empty = queue.empty();
    queued_bytes += bytes_of(run);
    queue.push_back(std::move(pending));
  }
  if (was_empty) work.notify_one();
  return id;
}

void RunLog::Impl::write_loop() {
  std::vector<Pending> group;
  for (;;) {
    bool has_probe = false;
    {
      std::unique_lock lock(mutex);
      work.wait(lock, [&] { return stopping || probe_wanted || !queue.empty(); });
      has_probe = std::exchange(probe_wanted, false);
      if (queue.empty() && !has_probe) return;
      const std::size_t count = std::min(queue.size(), options.max_group);
      group.assign(std::make_move_iterator(queue.begin()),
                   std::make_move_iterator(queue.begin() + std::ptrdiff_t(count)));
      queue.erase(queue.begin(), queue.begin() + std::ptrdiff_t(count));
      for (const Pending& pending : group) queued_bytes -= bytes_of(pending.run);
    }
    if (has_probe && group.empty()) probe();
    if (!group.empty()) write_group(group);
    group.clear();
  }
}

void RunLog::Impl::probe() {
  auto done = db.write([&](Transaction& tx) { return run_store::probe(tx, clock.now()); }, Space::kNeedsRoom);
  if (done) {
    spdlog::info("audit: calls can be recorded again");
    cannot_record = false;
    return;
  }
  std::lock_guard lock(mutex);
  last_failure = done.error().message;
}

void RunLog::Impl::write_group(std::vector<Pending>& group) {
  run_store::UsageDelta by_credential, by_user;
  period_store::PeriodDelta periods;
  for (const Pending& pending : group) {
    const Run& run = pending.run;
    period_store::count(periods, run);
    const std::string day = format_day(run.started_at);
    for (auto* counts : {&by_credential[{run.credential_id, day, run.connector_id}],
                         &by_user[{run.user_id, day, run.connector_id}]}) {
      ++counts->first;
      if (run.status != RunStatus::kOk) ++counts->second;
    }
  }
  auto done = db.write(
      [&](Transaction& tx) -> Result<void> {
        for (const Pending& pending : group) {
          WICK_CHECK(run_store::insert(tx, pending.run));
        }
        for (const auto& [whose, delta] :
             {std::pair(UsageOf::kCredential, &by_credential), std::pair(UsageOf::kUser, &by_user)}) {
          WICK_CHECK(run_store::add_usage(tx, whose, *delta));
        }
        return period_store::add(tx, periods);
      },
      Space::kNoReserve);
  if (!done) {
    spdlog::error("audit: {} runs could not be recorded: {}", group.size(), done.error().message);
    std::lock_guard lock(mutex);
    last_failure = done.error().message;
  }
  // Set before the calls of the group resume, so that the next call of each caller is rejected.
  cannot_record = !done;

  // One post per io_context resumes all coroutines of the group that belong to it.
  using Ready = std::vector<std::pair<Done, Result<std::int64_t>>>;
  std::vector<std::pair<Executor, Ready>> homes;
  for (Pending& pending : group) {
    if (!pending.done) continue;
    Result<std::int64_t> result =
        done ? Result<std::int64_t>(pending.run.id) : Result<std::int64_t>(fail(done.error()));
    if (!pending.home) {
      pending.done(std::move(result));
      continue;
    }
    auto home = std::find_if(homes.begin(), homes.end(),
                             [&](const auto& entry) { return entry.first == *pending.home; });
    if (home == homes.end()) home = homes.insert(homes.end(), {*pending.home, Ready()});
    home->second.emplace_back(std::move(pending.done), std::move(result));
  }
  for (auto& [executor, ready] : homes) {
    asio::post(executor, [ready = std::move(ready)]() mutable {
      for (auto& [resume, result] : ready) resume(std::move(result));
    });
  }
}

RunLog::RunLog(Database& db, const Clock& clock, RunLogOptions options, RunLogNeeds needs)
    : impl_(std::make_unique<Impl>(db, clock, options, needs)) {
  auto newest = db.read([](Transaction& tx) { return run_store::newest_id(tx); });
  if (newest) {
    impl_->last_id = *newest;
  } else {
    spdlog::error("audit: {}", newest.error().message);
  }
  impl_->writer = std::thread([this] { impl_->write_loop(); });
}

RunLog::~RunLog() {
  stop();
}

void RunLog::stop() {
  if (!impl_->writer.joinable()) return;
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work.notify_one();
  impl_->writer.join();
}

void MaskedRun::cancel(std::string error) {
  run_.status = RunStatus::kCancelled;
  run_.error = std::move(error);
}

MaskedRun RunLog::mask(Run run) const {
  for (std::optional<std::string>* payload : {&run.request, &run.response}) {
    if (*payload) *payload = mask_payload(**payload, impl_->options.max_payload_bytes);
  }
  const bool is_error_cut = run.error.size() > kMaxTextBytes;
  run.error = mask_secrets(truncate_utf8(run.error, kMaxTextBytes), is_error_cut);
  for (std::string* text :
       {&run.error, &run.user_agent, &run.client_name, &run.client_version, &run.trace_id, &run.operation}) {
    bound(*text);
  }
  // Clients choose these texts: their own names, and the name of a tool that may not exist.
  for (std::string* name : {&run.user_agent, &run.client_name, &run.client_version, &run.operation})
    *name = visible_text(*name);
  return MaskedRun(std::move(run));
}

asio::awaitable<Result<std::int64_t>, RunLog::Executor> RunLog::append(MaskedRun masked) {
  Run& run = masked.run_;
  if (!impl_->options.wait_for_commit) co_return impl_->enqueue({std::move(run), {}, {}});
  const Executor executor = co_await asio::this_coro::executor;
  // The completion signature needs a default-constructible value, so the result stays in this frame.
  Result<std::int64_t> result = 0;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto handler) {
        Pending pending{std::move(run), {}, executor};
        // Shared, because a rejected Pending is destroyed with its handler, and the rejection must still resume
        // the coroutine.
        auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        pending.done = [resume, &result,
                        guard = asio::make_work_guard(executor)](Result<std::int64_t> outcome) {
          result = std::move(outcome);
          std::move (*resume)();
        };
        if (auto queued = impl_->enqueue(std::move(pending)); !queued) {
          asio::post(executor, [resume, &result, error = queued.error()]() mutable {
            result = fail(std::move(error));
            std::move (*resume)();
          });
        }
      },
      asio::use_awaitable_t<Executor>());
  co_return result;
}

Result<std::int64_t> RunLog::append_blocking(MaskedRun masked) {
  Run& run = masked.run_;
  if (!impl_->options.wait_for_commit) return impl_->enqueue({std::move(run), {}, {}});
  std::promise<Result<std::int64_t>> promise;
  auto queued = impl_->enqueue(
      {std::move(run), [&](Result<std::int64_t> outcome) { promise.set_value(std::move(outcome)); }, {}});
  if (!queued) return queued;
  return promise.get_future().get();
}

Result<RunPage> RunLog::search(const RunFilter& filter, bool payloads) {
  const auto until = std::chrono::steady_clock::now() + kSearchTime;
  RunPage page;
  RunFilter rest = filter;
  rest.limit = std::clamp(filter.limit, 1, kMaxRunPage);
  for (int rows = kSearchStepRows;; rows = std::min(2 * rows, kMaxSearchRows)) {
    WICK_TRY(step,
             impl_->db.read([&](Transaction& tx) { return run_store::search(tx, rest, rows, payloads); }));
    rest.limit -= int(step.runs.size());
    std::move(step.runs.begin(), step.runs.end(), std::back_inserter(page.runs));
    if (rest.limit == 0) {
      page.next = page.runs.back().id;
      return page;
    }
    if (!step.last) return page;
    rest.before = *step.last;
    if (std::chrono::steady_clock::now() >= until) {
      page.next = *step.last;
      page.searched_back_to = *step.last >> kRunIdCounterBits;
      return page;
    }
  }
}

Result<Run> RunLog::get(std::int64_t id) {
  return impl_->db.read([&](Transaction& tx) { return run_store::get(tx, id); });
}

Result<Usage> RunLog::usage(UsageOf whose, const std::string& id) {
  const Micros now = impl_->clock.now();
  const std::string first_day = format_day(now - (kUsageDays - 1) * kMicrosPerDay);
  WICK_TRY(usage,
           impl_->db.read([&](Transaction& tx) { return run_store::usage(tx, whose, id, first_day); }));
  usage.days = fill_days(std::move(usage.days), now, kUsageDays);
  return usage;
}

Result<std::vector<UsageDay>> RunLog::daily(int days) {
  const Micros now = impl_->clock.now();
  const std::string first_day = format_day(now - (days - 1) * kMicrosPerDay);
  WICK_TRY(found, impl_->db.read([&](Transaction& tx) { return run_store::days(tx, first_day); }));
  return fill_days(std::move(found), now, days);
}

Result<UsageSeries> RunLog::series(const std::optional<std::string>& connector_id, Grain grain, int periods) {
  const Micros now = impl_->clock.now();
  return impl_->db.read(
      [&](Transaction& tx) { return period_store::series(tx, connector_id, grain, periods, now); });
}

int RunLog::kept_days() const {
  return impl_->options.row_days;
}

Result<bool> RunLog::purge_step() {
  const Micros now = impl_->clock.now();
  const auto id_at = [&](int days) { return (now - days * kMicrosPerDay) << kRunIdCounterBits; };
  const int rows = impl_->purge_rows;
  const auto begun = std::chrono::steady_clock::now();
  std::int64_t visited = 0;
  auto done = impl_->db.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, run_store::remove_rows(tx, id_at(impl_->options.row_days), rows));
    visited = removed;
    if (visited >= rows) return {};
    WICK_TRY(forgotten, run_store::forget_payloads(tx, id_at(impl_->options.payload_days), rows));
    visited = std::max(visited, forgotten);
    if (visited >= rows) return {};
    const std::string first_day = format_day(now - impl_->options.row_days * kMicrosPerDay);
    for (const UsageOf whose : {UsageOf::kCredential, UsageOf::kUser}) {
      WICK_TRY(unused, run_store::remove_usage(tx, whose, first_day, rows));
      visited = std::max(visited, unused);
      if (visited >= rows) return {};
    }
    for (const auto& [grain, age] : {std::pair(Grain::kHour, kHoursKept * length_of(Grain::kHour)),
                                     std::pair(Grain::kDay, impl_->options.row_days * kMicrosPerDay)}) {
      WICK_TRY(old, period_store::remove(tx, grain, now - age, rows));
      visited = std::max(visited, old);
    }
    return {};
  });
  WICK_CHECK(done);
  // Calls wait for the writer meanwhile, so the next step takes as many rows as some milliseconds allow.
  const auto took = std::chrono::steady_clock::now() - begun;
  if (took > kLongPurge) impl_->purge_rows = std::max(kMinPurgeRows, rows / 2);
  if (took < kShortPurge) impl_->purge_rows = std::min(kMaxPurgeRows, rows * 2);
  // On a full disk, moves the written pages immediately, so that the log does not grow.
  if (impl_->needs.disk != nullptr && !impl_->needs.disk->check()) impl_->db.checkpoint();
  return visited >= rows;
}

}  // namespace wick
