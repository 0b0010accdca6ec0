// BackgroundJobs: the work that a running server does without a request.
//
// Jobs on a thread of their own, one after the other; each has a name, for the log, and a pause between two runs:
//  - flush: writes what is only in memory, and marks expired tokens;
//  - revoke: tells connected servers about accounts that were disconnected;
//  - purge: removes records whose retention has ended.
//
// Reviews of connectors, in coroutines of one io thread, which hold up nothing. They end sessions at connected servers
// that nobody has used for long. They look regularly, and when a server says that something changed, whether it still
// offers what an admin has accepted; a connector with accounts of its users is only asked when an admin asks. At most
// one round of questions is under way, one connector after the other. Coroutines that wait when the server stops are
// destroyed with the others (Server::discard).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "app/instance.h"
#include "app/settings.h"

namespace wick {

class BackgroundJobs {
 public:
  // `instance` must outlive the jobs.
  BackgroundJobs(Instance& instance, const Settings& settings);
  ~BackgroundJobs();  // stops
  BackgroundJobs(const BackgroundJobs&) = delete;

  // Starts the thread, and the reviews in `context`. Once. The jobs must stay until `context` is discarded.
  void start(boost::asio::io_context& context);
  // Ends and joins the thread; a job under way ends early. The reviews go on. Idempotent.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    const char* name;
    std::chrono::seconds pause;
    std::function<void(const std::function<bool()>& stopping)> run;
    Clock::time_point next = {};  // the first run is at start
  };
  void run_jobs();
  bool stopping();
  http::Task<void> review_regularly();
  http::Task<void> review_due();
  http::Task<void> review(std::shared_ptr<const ConnectorEntry> connector);

  Composition& parts_;
  std::vector<Job> jobs_;  // used by the thread alone once it runs
  std::mutex mutex_;       // guards stopping_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;

  const std::chrono::seconds review_pause_;     // 0: no regular reviews
  const std::chrono::milliseconds look_pause_;  // between two looks at what is due
  std::set<ConnectorId> due_;                   // used by the io thread alone
  bool reviewing_ = false;
};

}  // namespace wick
