// RunLogTest: a run log on a database in a temporary folder, for tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "audit/run_log.h"
#include "db/schema.h"

namespace wick {

// A database whose writes fail while it is told so.
class FailingDatabase final : public Database {
 public:
  explicit FailingDatabase(Database& real) : real_(real) {}
  void on_change(std::string kind, Applier applier) override { real_.on_change(kind, std::move(applier)); }
  void after_change(std::string kind, Follower follower) override {
    real_.after_change(kind, std::move(follower));
  }
  Result<void> run_write(const Work& work, Space space) override {
    if (fails) return fail(ErrorCode::kUnavailable, "The disk is full: nothing was written.");
    return real_.write(work, space);
  }
  Result<void> run_read(const Work& work) override { return real_.read(work); }
  Result<bool> prune_change_log(Micros now) override { return real_.prune_change_log(now); }
  void checkpoint() override { real_.checkpoint(); }
  std::int64_t log_bytes() const override { return log; }
  std::uint64_t write_steps() const override { return real_.write_steps(); }
  Result<void> backup_to(const std::string& file) override { return real_.backup_to(file); }
  Result<void> check() override { return real_.check(); }

  std::atomic<bool> fails = false;
  std::atomic<std::int64_t> log = 0;

 private:
  Database& real_;
};

struct FakeClock final : Clock {
  std::atomic<Micros> time{1'780'000'000 * kMicrosPerSecond};
  Micros now() const override { return time; }
};

class RunLogTest : public testing::Test {
 protected:
  void SetUp() override {
    folder = std::filesystem::temp_directory_path() / ("wick-audit-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    open();
  }
  void TearDown() override {
    log.reset();
    db.reset();
    std::filesystem::remove_all(folder);
  }
  void open(RunLogOptions options = {}, RunLogNeeds needs = {}) {
    log.reset();
    db.reset();
    auto opened = open_sqlite(folder / "runs.db", runs_migrations());
    ASSERT_TRUE(opened) << opened.error().message;
    db = std::move(*opened);
    log = std::make_unique<RunLog>(*db, clock, options, needs);
  }
  wick::Run run(std::string operation = "get", RunStatus status = RunStatus::kOk) {
    wick::Run made;
    made.connector_id = "c1";
    made.operation = std::move(operation);
    made.user_id = "u1";
    made.credential_id = "t1";
    made.credential_kind = CredentialKind::kOAuth;
    made.source = RunSource::kMcp;
    made.request = R"({"id":"1"})";
    made.response = R"({"text":"hello"})";
    made.status = status;
    made.ip = "127.0.0.1";
    made.client_name = "test";
    made.started_at = made.ended_at = clock.now();
    return made;
  }

  boost::asio::io_context context{1};  // outlives the writer, which posts to it
  std::filesystem::path folder;
  FakeClock clock;
  std::unique_ptr<Database> db;
  std::unique_ptr<RunLog> log;
};

}  // namespace wick
