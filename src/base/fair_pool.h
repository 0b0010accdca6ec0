// FairPool: worker threads that serve all holders in turn, so that no holder waits behind the whole queue of
// another.
//
// A holder is a name, as in base/shares.h: a user or an address. The empty name is the server itself. It takes
// its turn like any other holder, and only the total limit applies to it.
//
// Fairness and bounds: one mutex guards all state. A holder that has a queued job and is below its limit of
// running jobs is in `ready_` exactly once. A worker takes the first holder of `ready_` with its oldest job,
// and appends the holder again if it may run more. So every other ready holder gets a job between two jobs of
// one holder. The limit of running jobs per holder is below the number of threads, so one holder never occupies
// all threads. The queue is bounded in total and per holder, and holders without jobs are removed. Each
// operation is O(1). Thread-safe.
#pragma once

#include <absl/functional/any_invocable.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace wick {

// The niceness of background work, so that the io threads go first.
inline constexpr int kBackgroundNice = 10;

struct FairPoolOptions {
  std::size_t threads = 4;
  std::size_t max_queued = 256;            // waiting jobs of all holders
  std::size_t max_per_holder = 64;         // waiting and running jobs of one holder
  std::size_t max_running_per_holder = 2;  // running jobs of one holder
  int nice = 0;                            // niceness of the threads
  std::string what = "requests";           // plural noun for the jobs, in error messages
  std::string holder_setting, total_setting;
};

class FairPool {
 public:
  using Job = absl::AnyInvocable<void()>;

  explicit FairPool(FairPoolOptions options);
  ~FairPool();  // joins
  FairPool(const FairPool&) = delete;
  FairPool& operator=(const FairPool&) = delete;

  // Queues the job. Every accepted job runs. A job must not throw: an exception ends the process.
  // Errors: kRateLimited  the holder has reached max_per_holder
  //         kUnavailable  the queue is full (max_queued), or join() was called
  Result<void> post(std::string_view holder, Job job);
  // Runs the queued jobs and ends the threads. Idempotent.
  void join();

 private:
  struct Holder {
    std::string name;
    std::deque<Job> jobs;
    std::size_t running = 0;
    bool ready = false;  // the holder is in ready_
  };

  void work();
  void put_in_turn(Holder& holder);

  const FairPoolOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::string, Holder> holders_;
  std::deque<Holder*> ready_;  // points into holders_, whose nodes have stable addresses
  std::size_t queued_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wick
