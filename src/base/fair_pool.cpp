#include "base/fair_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace wick {
namespace {

std::unexpected<Error> refused(std::string message) {
  return fail(Error{ErrorCode::kRateLimited, std::move(message), std::chrono::seconds(1)});
}

}  // namespace

FairPool::FairPool(FairPoolOptions options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.threads); ++i)
    threads_.emplace_back([this] { work(); });
}

FairPool::~FairPool() {
  join();
}

// Appends a holder that may run another job to the end of ready_.
void FairPool::put_in_turn(Holder& holder) {
  const bool may_run = holder.name.empty() || holder.running < options_.max_running_per_holder;
  if (holder.ready || holder.jobs.empty() || !may_run) return;
  holder.ready = true;
  ready_.push_back(&holder);
  wake_.notify_one();
}

Result<void> FairPool::post(std::string_view name, Job job) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return fail(ErrorCode::kUnavailable, "The server is shutting down: try again in a moment.");
  if (queued_ >= options_.max_queued) {
    return fail(Error{ErrorCode::kUnavailable,
                      "The server has " + std::to_string(queued_) + " " + options_.what +
                          " waiting, which is the limit (" + options_.total_setting +
                          "): try again in a moment.",
                      std::chrono::seconds(1)});
  }
  const std::string key(name);
  const auto found = holders_.find(key);
  const std::size_t jobs = found == holders_.end() ? 0 : found->second.jobs.size() + found->second.running;
  if (!name.empty() && jobs >= options_.max_per_holder) {
    return refused("There are " + std::to_string(jobs) + " " + options_.what +
                   " in progress, which is the limit for one user or address (" + options_.holder_setting +
                   "): wait for some to end.");
  }
  Holder& holder = found == holders_.end() ? holders_[key] : found->second;
  if (found == holders_.end()) holder.name = key;
  holder.jobs.push_back(std::move(job));
  ++queued_;
  put_in_turn(holder);
  return {};
}

void FairPool::work() {
  if (options_.nice > 0) setpriority(PRIO_PROCESS, id_t(gettid()), options_.nice);  // Linux: of this thread
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return !ready_.empty() || (stopping_ && queued_ == 0); });
    if (ready_.empty()) return;
    Holder& holder = *ready_.front();
    ready_.pop_front();
    holder.ready = false;
    Job job = std::move(holder.jobs.front());
    holder.jobs.pop_front();
    --queued_;
    ++holder.running;
    put_in_turn(holder);
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    --holder.running;
    put_in_turn(holder);
    if (holder.running == 0 && holder.jobs.empty()) {
      const std::string name = holder.name;
      holders_.erase(name);
    }
    if (stopping_ && queued_ == 0) wake_.notify_all();
  }
}

void FairPool::join() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace wick
