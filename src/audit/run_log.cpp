#include "audit/run_log.h"

#include <absl/functional/any_invocable.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <limits>
#include <mutex>
#include <thread>

#include "audit/mask.h"
#include "audit/run_store.h"
#include "base/log.h"
#include "base/shares.h"
#include "base/text.h"

namespace wick {
namespace {

namespace asio = boost::asio;

constexpr int kPurgeStepRows = 500;
constexpr int kUsageDays = 30;
constexpr std::size_t kRowsPerCheckpoint = 4000;
constexpr std::size_t kMaxTextBytes = 1024;  // error, user agent, client name: cut above

using Done = absl::AnyInvocable<void(Result<std::int64_t>)>;

struct Pending {
  Run run;
  Done done;                             // empty: nobody waits
  std::optional<RunLog::Executor> home;  // where `done` runs; empty: on the writer
  Shares::Lease share = {};
};

void bound(std::string& text) {
  if (text.size() > kMaxTextBytes) text.resize(truncate_utf8(text, kMaxTextBytes).size());
}

// Every day from `first` on, with zeros where nothing was called.
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
  Impl(Database& database, const Clock& the_clock, RunLogOptions the_options)
      : db(database),
        clock(the_clock),
        options(the_options),
        shares(std::numeric_limits<std::size_t>::max(),
               std::max<std::size_t>(1, options.max_queued / kQueueShareOfUser),
               {"records of calls", "one user", "a part of audit.max_queued", ""}) {}

  // Masks, cuts, numbers and queues. Errors: kUnavailable.
  Result<std::int64_t> enqueue(Pending pending);
  void write_loop();
  void write_group(std::vector<Pending>& group);
  void checkpoint_loop();

  Database& db;
  const Clock& clock;
  const RunLogOptions options;
  Shares shares;  // of the queue, by user

  std::mutex mutex;
  std::condition_variable work, checkpoint_due;
  std::deque<Pending> queue;
  std::int64_t last_id = 0;
  std::size_t rows_since_checkpoint = 0;
  bool stopping = false, written = false;
  std::thread writer, checkpointer;
};

Result<std::int64_t> RunLog::Impl::enqueue(Pending pending) {
  Run& run = pending.run;
  auto share = shares.take(run.user_id);
  if (!share) return fail(std::move(share.error()));
  pending.share = std::move(*share);
  for (std::optional<std::string>* payload : {&run.request, &run.response}) {
    if (*payload) *payload = mask_payload(**payload, options.max_payload_bytes);
  }
  const bool is_error_cut = run.error.size() > kMaxTextBytes;
  run.error = mask_secrets(truncate_utf8(run.error, kMaxTextBytes), is_error_cut);
  for (std::string* text :
       {&run.error, &run.user_agent, &run.client_name, &run.client_version, &run.trace_id, &run.operation}) {
    bound(*text);
  }
  bool was_empty = false;
  std::int64_t id = 0;
  {
    std::lock_guard lock(mutex);
    if (stopping) return fail(ErrorCode::kUnavailable, "The server is shutting down: try again in a moment.");
    if (queue.size() >= options.max_queued) {
      return fail(ErrorCode::kUnavailable, "The audit log cannot keep up (" + std::to_string(queue.size()) +
                                               " calls wait for it): try again in a moment.");
    }
    last_id = std::max(clock.now() << kRunIdCounterBits, last_id + 1);
    run.id = id = last_id;
    was_empty = queue.empty();
    queue.push_back(std::move(pending));
  }
  if (was_empty) work.notify_one();
  return id;
}

void RunLog::Impl::write_loop() {
  std::vector<Pending> group;
  for (;;) {
    {
      std::unique_lock lock(mutex);
      work.wait(lock, [&] { return stopping || !queue.empty(); });
      if (queue.empty()) break;
      const std::size_t count = std::min(queue.size(), options.max_group);
      group.assign(std::make_move_iterator(queue.begin()),
                   std::make_move_iterator(queue.begin() + std::ptrdiff_t(count)));
      queue.erase(queue.begin(), queue.begin() + std::ptrdiff_t(count));
    }
    write_group(group);
    std::lock_guard lock(mutex);
    rows_since_checkpoint += group.size();
    if (rows_since_checkpoint >= kRowsPerCheckpoint) checkpoint_due.notify_one();
    group.clear();
  }
  std::lock_guard lock(mutex);
  written = true;
  checkpoint_due.notify_one();
}

void RunLog::Impl::write_group(std::vector<Pending>& group) {
  run_store::UsageDelta usage;
  for (const Pending& pending : group) {
    const Run& run = pending.run;
    auto& counts = usage[{run.credential_id, format_day(run.started_at), run.connector_id}];
    ++counts.first;
    if (run.status != "ok") ++counts.second;
  }
  auto done = db.write([&](Transaction& tx) -> Result<void> {
    for (const Pending& pending : group) {
      if (auto inserted = run_store::insert(tx, pending.run); !inserted) return inserted;
    }
    return run_store::add_usage(tx, usage);
  });
  if (!done) spdlog::error("audit: {} runs could not be recorded: {}", group.size(), done.error().message);

  // One post per io_context wakes every coroutine of the group that lives there.
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

void RunLog::Impl::checkpoint_loop() {
  std::unique_lock lock(mutex);
  for (;;) {
    checkpoint_due.wait(lock, [&] { return written || rows_since_checkpoint >= kRowsPerCheckpoint; });
    if (written) return;
    rows_since_checkpoint = 0;
    lock.unlock();
    db.checkpoint();
    lock.lock();
  }
}

RunLog::RunLog(Database& db, const Clock& clock, RunLogOptions options)
    : impl_(std::make_unique<Impl>(db, clock, options)) {
  auto done = db.read([&](Transaction& tx) -> Result<void> {
    auto newest = run_store::newest_id(tx);
    if (!newest) return fail(std::move(newest.error()));
    impl_->last_id = *newest;
    return {};
  });
  if (!done) spdlog::error("audit: {}", done.error().message);
  impl_->writer = std::thread([this] { impl_->write_loop(); });
  impl_->checkpointer = std::thread([this] { impl_->checkpoint_loop(); });
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
  impl_->checkpointer.join();
}

asio::awaitable<Result<std::int64_t>, RunLog::Executor> RunLog::append(Run run) {
  if (!impl_->options.wait_for_commit) co_return impl_->enqueue({std::move(run), {}, {}});
  const Executor executor = co_await asio::this_coro::executor;
  // The completion signature needs a default-constructible value; the result itself stays in this frame.
  Result<std::int64_t> result = 0;
  co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>(
      [&](auto handler) {
        Pending pending{std::move(run), {}, executor};
        // Shared, because a refused Pending is destroyed with its handler, and the refusal must still resume
        // us.
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

Result<std::int64_t> RunLog::append_blocking(Run run) {
  if (!impl_->options.wait_for_commit) return impl_->enqueue({std::move(run), {}, {}});
  std::promise<Result<std::int64_t>> promise;
  auto queued = impl_->enqueue(
      {std::move(run), [&](Result<std::int64_t> outcome) { promise.set_value(std::move(outcome)); }, {}});
  if (!queued) return queued;
  return promise.get_future().get();
}

Result<std::vector<Run>> RunLog::search(const RunFilter& filter, bool payloads) {
  Result<std::vector<Run>> runs;
  auto done = impl_->db.read([&](Transaction& tx) -> Result<void> {
    runs = run_store::search(tx, filter, payloads);
    if (!runs) return fail(runs.error());
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return runs;
}

Result<Run> RunLog::get(std::int64_t id) {
  Result<Run> run;
  auto done = impl_->db.read([&](Transaction& tx) -> Result<void> {
    run = run_store::get(tx, id);
    if (!run) return fail(run.error());
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return run;
}

Result<Usage> RunLog::usage(const std::string& credential_id) {
  const Micros now = impl_->clock.now();
  Result<Usage> usage;
  auto done = impl_->db.read([&](Transaction& tx) -> Result<void> {
    usage = run_store::usage(tx, credential_id, format_day(now - (kUsageDays - 1) * kMicrosPerDay));
    if (!usage) return fail(usage.error());
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  usage->days = fill_days(std::move(usage->days), now, kUsageDays);
  return usage;
}

Result<std::vector<UsageDay>> RunLog::daily(int days) {
  const Micros now = impl_->clock.now();
  Result<std::vector<UsageDay>> found;
  auto done = impl_->db.read([&](Transaction& tx) -> Result<void> {
    found = run_store::days(tx, format_day(now - (days - 1) * kMicrosPerDay));
    if (!found) return fail(found.error());
    return {};
  });
  if (!done) return fail(std::move(done.error()));
  return fill_days(std::move(*found), now, days);
}

Result<bool> RunLog::purge_step() {
  const Micros now = impl_->clock.now();
  const auto id_at = [&](int days) { return (now - days * kMicrosPerDay) << kRunIdCounterBits; };
  std::int64_t changed = 0;
  auto done = impl_->db.write([&](Transaction& tx) -> Result<void> {
    auto removed = run_store::remove_rows(tx, id_at(impl_->options.row_days), kPurgeStepRows);
    if (!removed) return fail(std::move(removed.error()));
    auto forgotten = run_store::forget_payloads(tx, id_at(impl_->options.payload_days), kPurgeStepRows);
    if (!forgotten) return fail(std::move(forgotten.error()));
    changed = std::max(*removed, *forgotten);
    return run_store::remove_usage(tx, format_day(now - impl_->options.row_days * kMicrosPerDay));
  });
  if (!done) return fail(std::move(done.error()));
  return changed >= kPurgeStepRows;
}

}  // namespace wick
