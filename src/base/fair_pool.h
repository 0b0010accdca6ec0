// FairPool: worker threads that take their jobs from all holders in turn, so that nobody waits behind
// everything that somebody else has queued.
//
// A holder is a name, as in base/shares.h: of a user, else of an address. The empty one is the server itself,
// which has its turn like any other and no bounds but the total.
//
// Why it is fair and bounded: everything is under one mutex. A holder that has a queued job and runs less
// than it may is in `ready` exactly once; a worker takes the first holder of `ready` and its oldest job, and
// puts it at the end if it may go on. So between two jobs of one holder each other ready holder has one. With
// fewer jobs running for each holder than there are threads, one holder never has them all. What is queued is
// bounded in all and for each holder, and a holder without jobs is forgotten. O(1). Thread-safe.
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

// For work that may wait: the io threads go first.
inline constexpr int kBackgroundNice = 10;

struct FairPoolOptions {
  std::size_t threads = 4;
  std::size_t max_queued = 256;            // jobs of all holders that wait
  std::size_t max_per_holder = 64;         // jobs of one holder that wait or run
  std::size_t max_running_per_holder = 2;  // jobs of one holder that run at once
  int nice = 0;                            // the threads' niceness
  std::string what = "requests";           // what the jobs are, for the errors
  std::string holder_setting, total_setting;
};

class FairPool {
 public:
  using Job = absl::AnyInvocable<void()>;

  explicit FairPool(FairPoolOptions options);
  ~FairPool();  // joins
  FairPool(const FairPool&) = delete;
  FairPool& operator=(const FairPool&) = delete;

  // A job that was accepted is run. One that throws ends the process, so it must not.
  // Errors: kRateLimited  the holder has as many jobs here as it may
  //         kUnavailable  everybody together has; or it is after join()
  Result<void> post(std::string_view holder, Job job);
  // Runs what is queued and ends the threads. Idempotent.
  void join();

 private:
  struct Holder {
    std::string name;
    std::deque<Job> jobs;
    std::size_t running = 0;
    bool ready = false;  // is in ready_
  };

  void work();
  void put_in_turn(Holder& holder);

  const FairPoolOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::unordered_map<std::string, Holder> holders_;
  std::deque<Holder*> ready_;  // the map's nodes stay where they are
  std::size_t queued_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wick
