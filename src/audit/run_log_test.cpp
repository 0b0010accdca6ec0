#include "audit/run_log.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "db/schema.h"

namespace wick {
namespace {

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
  void open(RunLogOptions options = {}) {
    log.reset();
    db.reset();
    auto opened = open_sqlite(folder / "runs.db", runs_migrations());
    ASSERT_TRUE(opened) << opened.error().message;
    db = std::move(*opened);
    log = std::make_unique<RunLog>(*db, clock, options);
  }
  wick::Run run(std::string operation = "get", std::string status = "ok") {
    wick::Run made;
    made.connector_id = "c1";
    made.operation = std::move(operation);
    made.user_id = "u1";
    made.credential_id = "t1";
    made.credential_kind = "pat";
    made.source = "mcp";
    made.request = R"({"id":"1"})";
    made.response = R"({"text":"hello"})";
    made.status = std::move(status);
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

TEST_F(RunLogTest, AnAcknowledgedRunIsReadBackWithAllItsFields) {
  const auto id = log->append_blocking(run());
  ASSERT_TRUE(id);
  const auto back = log->get(*id);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->operation, "get");
  EXPECT_EQ(back->credential_id, "t1");
  EXPECT_EQ(back->credential_kind, "pat");
  EXPECT_EQ(back->request, R"({"id":"1"})");
  EXPECT_EQ(back->response, R"({"text":"hello"})");
  EXPECT_FALSE(log->get(*id + 1));
}

TEST_F(RunLogTest, CoroutinesResumeOnTheirOwnThreadAfterTheCommit) {
  int acknowledged = 0;
  for (int i = 0; i < 300; ++i) {
    boost::asio::co_spawn(
        context.get_executor(),
        [&]() -> boost::asio::awaitable<void, RunLog::Executor> {
          const auto id = co_await log->append(run());
          EXPECT_TRUE(id);
          EXPECT_TRUE(log->get(*id)) << "answered before the commit";
          ++acknowledged;  // one thread only: no race
        },
        boost::asio::detached);
  }
  context.run();
  EXPECT_EQ(acknowledged, 300);
}

TEST_F(RunLogTest, PagesWalkFromTheNewestToTheOldestWithoutGapsAndHonourFilters) {
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE(log->append_blocking(run(i % 2 ? "get" : "list", i == 3 ? "error" : "ok")));
  RunFilter filter;
  filter.limit = 3;
  std::vector<std::int64_t> seen;
  for (;;) {
    const auto page = log->search(filter, false);
    ASSERT_TRUE(page);
    for (const wick::Run& row : *page) {
      EXPECT_FALSE(row.request);
      seen.push_back(row.id);
    }
    if (page->size() < 3) break;
    filter.before = page->back().id;
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  RunFilter errors;
  errors.status = "error";
  errors.operation = "get";
  EXPECT_EQ(log->search(errors, true)->size(), 1u);
  RunFilter future;
  future.from = clock.now() + kMicrosPerDay;
  EXPECT_TRUE(log->search(future, false)->empty());
  RunFilter past;
  past.to = clock.now() + kMicrosPerDay;
  past.user_id = "u1";
  EXPECT_EQ(log->search(past, false)->size(), 7u);
}

TEST_F(RunLogTest, UsageCountsCallsErrorsConnectorsAndDays) {
  ASSERT_TRUE(log->append_blocking(run()));
  ASSERT_TRUE(log->append_blocking(run("get", "error")));
  clock.time += kMicrosPerDay;
  ASSERT_TRUE(log->append_blocking(run()));
  const auto usage = log->usage("t1");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->calls, 3);
  EXPECT_EQ(usage->errors, 1);
  ASSERT_EQ(usage->connectors.size(), 1u);
  EXPECT_EQ(usage->connectors[0].second, 3);
  ASSERT_EQ(usage->days.size(), 30u);
  EXPECT_EQ(usage->days[28].calls, 2);
  EXPECT_EQ(usage->days[29].calls, 1);
  EXPECT_EQ(usage->clients.at(0).name, "test");
  EXPECT_EQ(log->daily(2)->at(0).errors, 1);
}

TEST_F(RunLogTest, PayloadsAreForgottenAfterSevenDaysAndRowsAfterNinety) {
  const auto id = log->append_blocking(run());
  ASSERT_TRUE(id);
  clock.time += 8 * kMicrosPerDay;
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(*id)->request);
  clock.time += 90 * kMicrosPerDay;
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(*id));
  EXPECT_EQ(log->usage("t1")->calls, 0);
}

TEST_F(RunLogTest, AFullQueueRefusesInsteadOfGrowing) {
  RunLogOptions options;
  options.max_queued = 0;
  open(options);
  const auto refused = log->append_blocking(run());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  bool told = false;
  boost::asio::co_spawn(
      context.get_executor(),
      [&]() -> boost::asio::awaitable<void, RunLog::Executor> { told = !(co_await log->append(run())); },
      boost::asio::detached);
  context.run();
  EXPECT_TRUE(told);
}

TEST_F(RunLogTest, TheRunsOfOneUserTakeAQuarterOfTheQueueAndNoMore) {
  RunLogOptions options;
  options.max_queued = 2 * kQueueShareOfUser;
  options.wait_for_commit = false;
  open(options);
  wick::Run mine = run(), theirs = run();
  mine.user_id = "alice";
  theirs.user_id = "bob";
  // Nothing is committed while another transaction is open.
  db->write([&](Transaction&) -> Result<void> {
      EXPECT_TRUE(log->append_blocking(mine));
      EXPECT_TRUE(log->append_blocking(mine));
      const auto refused = log->append_blocking(mine);
      EXPECT_FALSE(refused);
      if (!refused) EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
      EXPECT_TRUE(log->append_blocking(theirs));
      return {};
    }).value();
  open();
  EXPECT_EQ(log->search({}, false)->size(), 3U);
}

TEST_F(RunLogTest, RelaxedDurabilityAnswersAtOnceAndStillRecords) {
  RunLogOptions options;
  options.wait_for_commit = false;
  open(options);
  const auto id = log->append_blocking(run());
  ASSERT_TRUE(id);
  open();  // closing the log commits what is queued
  EXPECT_TRUE(log->get(*id));
}

TEST_F(RunLogTest, EveryAcknowledgedRunSurvivesKillMinusNine) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  log.reset();
  db.reset();
  const pid_t child = fork();
  if (child == 0) {
    auto opened = open_sqlite(folder / "runs.db", runs_migrations());
    RunLog own(**opened, clock, {});
    for (;;) {
      const auto id = own.append_blocking(run());
      if (!id || write(pipe_ends[1], &*id, sizeof *id) != sizeof *id) _exit(1);
    }
  }
  std::vector<std::int64_t> acknowledged(200);
  for (auto& id : acknowledged) ASSERT_EQ(read(pipe_ends[0], &id, sizeof id), ssize_t(sizeof id));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  open();
  EXPECT_TRUE(db->check());
  for (const auto id : acknowledged) EXPECT_TRUE(log->get(id)) << id;
}

TEST_F(RunLogTest, EachOfManyThreadsIsToldTheIdOfItsOwnRun) {
  RunLogOptions options;
  options.wait_for_commit = false;
  open(options);
  constexpr int kThreads = 4, kRuns = 500;
  std::vector<std::vector<std::int64_t>> ids(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < kRuns; ++n) {
        const auto id = log->append_blocking(run(std::to_string(i) + "." + std::to_string(n)));
        ids[std::size_t(i)].push_back(id.value_or(0));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  open();
  for (int i = 0; i < kThreads; ++i) {
    for (int n = 0; n < kRuns; ++n) {
      const auto back = log->get(ids[std::size_t(i)][std::size_t(n)]);
      ASSERT_TRUE(back);
      EXPECT_EQ(back->operation, std::to_string(i) + "." + std::to_string(n));
    }
  }
}

}  // namespace
}  // namespace wick
