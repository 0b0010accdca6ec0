#include "app/instance.h"

#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "app/block_on.h"
#include "app/composition.h"
#include "base/environment.h"
#include "base/log.h"
#include "db/schema.h"

namespace wick {
namespace {

namespace fs = std::filesystem;

constexpr auto kPurgeStepPause = std::chrono::milliseconds(20);  // between two steps: calls go first

}  // namespace

Instance::Instance(std::unique_ptr<Composition> parts) : parts_(std::move(parts)) {}
Instance::~Instance() {
  flush();
}
void Instance::stop() {
  parts_->stop();
}

Result<std::unique_ptr<Instance>> Instance::open(const Settings& settings) {
  const fs::path data = settings.data;
  WICK_TRY(lock, FolderLock::take(data));
  const auto given_key = environment_variable("WICK_SECRET_KEY");
  WICK_TRY(key, given_key ? SealingKey::from_hex_text(*given_key)
                          : SealingKey::load_or_create(data / "secret.key"));
  auto disk = std::make_unique<DiskSpace>(data.string(), settings.disk);
  const SqliteOptions database_options{.disk = disk.get()};
  WICK_TRY(db, open_sqlite((data / "wick.db").string(), main_migrations(), database_options));
  WICK_TRY(runs_db, open_sqlite((data / "runs.db").string(), runs_migrations(), database_options));
  Composition::Storage storage{.lock = std::move(lock),
                               .disk = std::move(disk),
                               .key = std::move(key),
                               .db = std::move(db),
                               .runs_db = std::move(runs_db)};
  auto parts = std::make_unique<Composition>(std::move(storage), settings);
  WICK_CHECK(parts->access.start());
  WICK_CHECK(parts->tokens.start());
  WICK_CHECK(parts->grants.start());
  return std::unique_ptr<Instance>(new Instance(std::move(parts)));
}

void Instance::flush() {
  parts_->storage.disk->restore();
  if (auto flushed = parts_->tokens.flush_last_uses(); !flushed) {
    spdlog::warn("the last uses of credentials could not be stored: {}", flushed.error().message);
  }
  if (auto marked = parts_->tokens.mark_expired(); !marked)
    spdlog::warn("expired tokens could not be marked: {}", marked.error().message);
  if (auto flushed = parts_->grants.flush_last_uses(); !flushed) {
    spdlog::warn("the last uses of credentials could not be stored: {}", flushed.error().message);
  }
  if (auto wiped = parts_->grants.wipe_replays(); !wiped) spdlog::warn("oauth: {}", wiped.error().message);
  parts_->db.checkpoint();
}

void Instance::revoke_ended(const std::function<bool()>& stop) {
  block_on(parts_->account_linking.revoke_ended(stop));
}

void Instance::purge(const std::function<bool()>& stop) {
  for (bool more = true; more && !stop();) {
    const auto pruned = parts_->db.prune_change_log(parts_->clock.now());
    if (!pruned) spdlog::warn("change log: {}", pruned.error().message);
    more = pruned.value_or(false);
    if (more) std::this_thread::sleep_for(kPurgeStepPause);
  }
  if (auto purged = parts_->sessions.purge(); !purged) spdlog::warn("sessions: {}", purged.error().message);
  if (auto purged = parts_->second_factors.purge(); !purged)
    spdlog::warn("second factors: {}", purged.error().message);
  if (auto purged = parts_->authorizations.purge(); !purged)
    spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->grants.purge(); !purged) spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->clients.purge(); !purged) spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->oidc.purge(); !purged) spdlog::warn("oidc: {}", purged.error().message);
  if (auto purged = parts_->account_linking.purge(); !purged)
    spdlog::warn("accounts: {}", purged.error().message);
  for (;;) {
    const auto more = parts_->runs.purge_step();
    if (!more) spdlog::warn("retention: {}", more.error().message);
    if (!more || !*more || stop()) break;
    std::this_thread::sleep_for(kPurgeStepPause);
  }
}

Result<void> Instance::backup(const std::string& folder) {
  std::error_code ec;
  if (fs::exists(folder, ec))
    return fail(ErrorCode::kConflict, folder + " exists already: name a new folder.");
  fs::create_directories(folder, ec);
  if (ec) return fail(ErrorCode::kUnavailable, "Cannot make " + folder + ": " + ec.message() + ".");
  chmod(folder.c_str(), 0700);
  if (auto done = parts_->db.backup_to(folder + "/wick.db"); !done) return done;
  return parts_->storage.runs_db->backup_to(folder + "/runs.db");
}

Result<void> Instance::check() {
  if (auto sound = parts_->db.check(); !sound) return sound;
  return parts_->storage.runs_db->check();
}

}  // namespace wick
