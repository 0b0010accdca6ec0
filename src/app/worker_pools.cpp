#include "app/worker_pools.h"

#include <algorithm>
#include <thread>

namespace wick {

FairPoolOptions database_pool(const Settings& settings) {
  FairPoolOptions options;
  options.max_queued = 10'000;
  options.max_per_holder = settings.calls_per_user;
  options.what = "requests for the database";
  options.holder_setting = "limits.calls_per_user";
  options.total_setting = "a fixed limit";
  return options;
}

FairPoolOptions long_work_pool(const Settings& settings) {
  FairPoolOptions options = database_pool(settings);
  options.threads = std::max(2U, std::thread::hardware_concurrency());
  options.max_queued = 1'000'000;
  options.max_per_holder = 10 * settings.calls_per_user;
  options.max_running_per_holder = std::max<std::size_t>(1, options.threads / 2);
  options.nice = kBackgroundNice;
  options.what = "large messages";
  return options;
}

FairPoolOptions search_pool() {
  FairPoolOptions options;
  options.threads = 2;
  options.max_per_holder = kMaxSearchesPerUser;
  options.max_running_per_holder = 1;
  options.nice = kBackgroundNice;
  options.what = "searches";
  options.holder_setting = options.total_setting = "a fixed limit";
  return options;
}

}  // namespace wick
