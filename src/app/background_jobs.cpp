#include "app/background_jobs.h"
#include "app/composition.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "access/snapshot.h"
#include "base/log.h"
#include "base/offload.h"
#include "connectors/connector_kind.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "oauth_client/upstream_credentials.h"

namespace wick {
namespace {

namespace asio = boost::asio;
using Ticks = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Ticks, asio::wait_traits<Ticks>, http::Executor>;
constexpr std::chrono::seconds kLookPause(15);
constexpr std::chrono::seconds kFlushPause(15);
constexpr std::chrono::hours kPurgeInterval(1);

std::string listed(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) out += (out.empty() ? "" : ", ") + key;
  return out.empty() ? "none" : out;
}

}  // namespace

BackgroundJobs::BackgroundJobs(Instance& instance, const Settings& settings)
    : parts_(instance.parts()),
      review_pause_(settings.review_seconds),
      look_pause_(std::min({kLookPause, std::chrono::seconds(settings.idle_seconds),
                            review_pause_.count() == 0 ? kLookPause : review_pause_})) {
  jobs_.push_back({"flush", kFlushPause, [&instance](const auto&) { instance.flush(); }});
  jobs_.push_back(
      {"revoke", kFlushPause, [&instance](const auto& stopped) { instance.revoke_ended(stopped); }});
  jobs_.push_back({"purge", kPurgeInterval, [&instance](const auto& stopped) { instance.purge(stopped); }});
}

BackgroundJobs::~BackgroundJobs() {
  stop();
}

void BackgroundJobs::start(asio::io_context& context) {
  thread_ = std::thread([this] { run_jobs(); });
  asio::co_spawn(context, review_regularly(), [](std::exception_ptr failure) {
    if (failure) spdlog::critical("the check of connected systems stopped unexpectedly; restart the server");
  });
}

void BackgroundJobs::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool BackgroundJobs::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void BackgroundJobs::run_jobs() {
  const std::function<bool()> stopped = [this] { return stopping(); };
  for (;;) {
    auto next = Clock::time_point::max();
    for (Job& job : jobs_) {
      if (stopped()) return;
      if (Clock::now() >= job.next) {
        spdlog::trace("background job: {}", job.name);
        job.run(stopped);
        job.next = Clock::now() + job.pause;
      }
      next = std::min(next, job.next);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, next, [&] { return stopping_; });
  }
}

http::Task<void> BackgroundJobs::review_regularly() {
  const http::Executor executor = co_await asio::this_coro::executor;
  Timer timer(executor);
  auto next = Ticks::now() + review_pause_;
  for (;;) {
    timer.expires_after(look_pause_);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable_t<http::Executor>(), ignored));
    for (const auto& kind : parts_.kinds.all()) {
      if (McpPassthrough* passthrough = kind->passthrough(); passthrough != nullptr)
        co_await passthrough->end_idle_sessions();
      OperationDiscovery* discovery = kind->discovery();
      if (discovery == nullptr) continue;
      for (const ConnectorId& id : discovery->take_changed()) due_.insert(id);
    }
    if (review_pause_.count() > 0 && Ticks::now() >= next) {
      next = Ticks::now() + review_pause_;
      const auto snapshot = parts_.access.snapshot();
      for (const auto& one : snapshot->connectors) due_.insert(one->id);
    }
    if (reviewing_ || due_.empty()) continue;
    reviewing_ = true;
    asio::co_spawn(executor, review_due(), [this](std::exception_ptr) { reviewing_ = false; });
  }
}

http::Task<void> BackgroundJobs::review_due() {
  const auto due = std::exchange(due_, {});
  const auto snapshot = parts_.access.snapshot();
  for (const auto& connector : snapshot->connectors) {
    if (!due.contains(connector->id)) continue;
    try {
      co_await review(connector);
    } catch (const std::exception& error) {
      spdlog::error("connector {}: the check for changed tools failed: {}", connector->label, error.what());
    }
  }
}

http::Task<void> BackgroundJobs::review(std::shared_ptr<const ConnectorEntry> connector) {
  ConnectorKind* kind = parts_.kinds.find(connector->kind);
  OperationDiscovery* discovery = kind == nullptr ? nullptr : kind->discovery();
  if (discovery == nullptr || connector->disabled || upstream::account_kind_of(*connector)) co_return;
  const OnBehalfOf nobody;
  auto definitions = co_await discovery->discover(connector, nobody, false);
  // The connector was reconfigured while the job waited for the system: the result is stale.
  const auto snapshot = parts_.access.snapshot();
  const ConnectorEntry* now = snapshot->connector(connector->id);
  if (now == nullptr || now->config != connector->config || now->sealed_secrets != connector->sealed_secrets)
    co_return;
  parts_.runner.note_answer(*connector, definitions ? std::string() : definitions.error().message);
  if (!definitions) co_return;
  auto changes = co_await offload(
      parts_.pool, "", [&] { return parts_.connectors.review_discovered(connector->id, *definitions); });
  if (!changes) {
    parts_.runner.note_answer(*connector, changes.error().message);
    spdlog::warn("connector {}: the server's changed tools could not be stored: {}", connector->label,
                 changes.error().message);
  } else if (changes->added.size() + changes->changed.size() + changes->removed.size() > 0) {
    spdlog::warn(
        "connector {}: the server's operations differ from the accepted ones: new {}, changed {}, gone {}",
        connector->label, listed(changes->added), listed(changes->changed), listed(changes->removed));
  }
}

}  // namespace wick
