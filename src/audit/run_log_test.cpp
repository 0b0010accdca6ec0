#include "audit/run_log.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "db/schema.h"

namespace wick {
namespace {

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

TEST_F(RunLogTest, AnAcknowledgedRunIsReadBackWithAllItsFields) {
  const auto id = log->append_blocking(log->mask(run()));
  ASSERT_TRUE(id);
  const auto back = log->get(*id);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->operation, "get");
  EXPECT_EQ(back->credential_id, "t1");
  EXPECT_EQ(back->credential_kind, CredentialKind::kOAuth);
  EXPECT_EQ(back->source, RunSource::kMcp);
  EXPECT_EQ(back->status, RunStatus::kOk);
  EXPECT_EQ(back->request, R"({"id":"1"})");
  EXPECT_EQ(back->response, R"({"text":"hello"})");
  EXPECT_FALSE(log->get(*id + 1));
}

TEST_F(RunLogTest, WhatClientsCallThemselvesAndCallIsKeptWithoutHiddenCharacters) {
  wick::Run made = run("pay\u202Elap");
  made.user_agent = "desk\u2066app/\u200B1";
  made.client_name = "de\u202Esk";
  made.client_version = "1\u0007";
  const auto id = log->append_blocking(log->mask(made));
  ASSERT_TRUE(id);
  const auto back = log->get(*id);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->operation, "paylap");
  EXPECT_EQ(back->user_agent, "deskapp/1");
  EXPECT_EQ(back->client_name, "desk");
  EXPECT_EQ(back->client_version, "1");
}

TEST_F(RunLogTest, CoroutinesResumeOnTheirOwnThreadAfterTheCommit) {
  int acknowledged = 0;
  for (int i = 0; i < 300; ++i) {
    boost::asio::co_spawn(
        context.get_executor(),
        [&]() -> boost::asio::awaitable<void, RunLog::Executor> {
          const auto id = co_await log->append(log->mask(run()));
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
    ASSERT_TRUE(log->append_blocking(
        log->mask(run(i % 2 ? "get" : "list", i == 3 ? RunStatus::kError : RunStatus::kOk))));
  RunFilter filter;
  filter.limit = 3;
  std::vector<std::int64_t> seen;
  for (;;) {
    const auto page = log->search(filter, false);
    ASSERT_TRUE(page);
    for (const wick::Run& row : page->runs) {
      EXPECT_FALSE(row.request);
      seen.push_back(row.id);
    }
    if (!page->next) break;
    filter.before = *page->next;
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  RunFilter errors;
  errors.status = RunStatus::kError;
  errors.operation = "get";
  EXPECT_EQ(log->search(errors, true)->runs.size(), 1u);
  RunFilter future;
  future.from = clock.now() + kMicrosPerDay;
  EXPECT_TRUE(log->search(future, false)->runs.empty());
  RunFilter past;
  past.to = clock.now() + kMicrosPerDay;
  past.user_id = "u1";
  EXPECT_EQ(log->search(past, false)->runs.size(), 7u);
}

TEST_F(RunLogTest, UsageCountsCallsErrorsConnectorsAndDays) {
  ASSERT_TRUE(log->append_blocking(log->mask(run())));
  ASSERT_TRUE(log->append_blocking(log->mask(run("get", RunStatus::kError))));
  clock.time += kMicrosPerDay;
  ASSERT_TRUE(log->append_blocking(log->mask(run())));
  const auto usage = log->usage(UsageOf::kCredential, "t1");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->calls, 3);
  EXPECT_EQ(usage->errors, 1);
  ASSERT_EQ(usage->connectors.size(), 1u);
  EXPECT_EQ(usage->connectors[0].calls, 3);
  EXPECT_EQ(usage->connectors[0].errors, 1);
  ASSERT_EQ(usage->days.size(), 30u);
  EXPECT_EQ(usage->days[28].calls, 2);
  EXPECT_EQ(usage->days[29].calls, 1);
  EXPECT_EQ(usage->clients.at(0).name, "test");
  EXPECT_EQ(log->daily(2)->at(0).errors, 1);
}

TEST_F(RunLogTest, UsageOfAUserAddsUpAllTheirCredentials) {
  wick::Run by_session = run("get", RunStatus::kError);
  by_session.credential_id = "s1";
  by_session.credential_kind = CredentialKind::kSession;
  wick::Run of_another = run();
  of_another.user_id = "u2";
  of_another.credential_id = "t2";
  for (const wick::Run& one : {run(), by_session, of_another})
    ASSERT_TRUE(log->append_blocking(log->mask(one)));
  const auto usage = log->usage(UsageOf::kUser, run().user_id);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->calls, 2);
  EXPECT_EQ(usage->errors, 1);
  EXPECT_EQ(usage->days.at(29).calls, 2);
  EXPECT_EQ(log->usage(UsageOf::kUser, "u2")->calls, 1);
  EXPECT_EQ(log->usage(UsageOf::kUser, "u3")->calls, 0);
}

TEST_F(RunLogTest, PayloadsAreForgottenAfterSevenDaysAndRowsAfterNinety) {
  const auto id = log->append_blocking(log->mask(run()));
  ASSERT_TRUE(id);
  clock.time += 8 * kMicrosPerDay;
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(*id)->request);
  clock.time += 90 * kMicrosPerDay;
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(*id));
  EXPECT_EQ(log->usage(UsageOf::kCredential, "t1")->calls, 0);
  EXPECT_EQ(log->usage(UsageOf::kUser, run().user_id)->calls, 0);
}

TEST_F(RunLogTest, PurgingVisitsEachRowOnceHoweverManyThereAre) {
  // The work of purging n rows that are all old, payloads first and then the rows.
  const auto work_of = [&](int n) {
    RunLogOptions relaxed;
    relaxed.wait_for_commit = false;
    open(relaxed);
    for (int i = 0; i < n; ++i) EXPECT_TRUE(log->append_blocking(log->mask(run())));
    open();  // closing the log commits what is queued
    const auto before = db->write_steps();
    clock.time += 8 * kMicrosPerDay;
    while (log->purge_step().value()) {
    }
    const auto forgotten = db->write_steps();
    // Again, as every hour: nothing is left to be visited.
    for (int i = 0; i < 100; ++i) EXPECT_EQ(log->purge_step(), false);
    EXPECT_LT(db->write_steps() - forgotten, 100 * 150u);
    EXPECT_FALSE(log->search({}, true)->runs.at(0).request);
    clock.time += 100 * kMicrosPerDay;
    while (log->purge_step().value()) {
    }
    EXPECT_TRUE(log->search({}, false)->runs.empty());
    return db->write_steps() - before;
  };
  const auto once = work_of(1500), twice = work_of(3000);
  EXPECT_LT(double(twice), 2.3 * double(once));
}

TEST_F(RunLogTest, PayloadsThatALowerRetentionForgetsAreFoundFromTheWatermarkOn) {
  RunLogOptions options;
  options.payload_days = 7;
  std::vector<std::int64_t> ids;
  open(options);
  for (int i = 0; i < 10; ++i) {
    ids.push_back(log->append_blocking(log->mask(run())).value());
    clock.time += kMicrosPerDay;
  }
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(ids[2])->request);
  EXPECT_TRUE(log->get(ids[4])->request);
  options.payload_days = 2;
  open(options);
  EXPECT_EQ(log->purge_step(), false);
  EXPECT_FALSE(log->get(ids[7])->request);
  EXPECT_TRUE(log->get(ids[9])->request);
}

TEST_F(RunLogTest, EveryCombinationOfFiltersFindsWhatAScanFinds) {
  RunLogOptions options;
  options.wait_for_commit = false;
  open(options);
  std::vector<wick::Run> all;
  for (int i = 0; i < 600; ++i) {
    wick::Run made = run(i % 3 ? "get" : "list", i % 7   ? RunStatus::kOk
                                                 : i % 2 ? RunStatus::kDenied
                                                         : RunStatus::kError);
    made.connector_id = i % 2 ? "c1" : "c2";
    made.user_id = i % 5 ? "u1" : "u2";
    made.credential_id = i % 4 ? "t1" : "t2";
    made.source = i % 11 ? RunSource::kMcp : RunSource::kTest;
    made.id = log->append_blocking(log->mask(made)).value();
    all.push_back(std::move(made));
    clock.time += kMicrosPerSecond;
  }
  open();
  for (int choice = 0; choice < 1 << 8; ++choice) {
    RunFilter filter;
    if (choice & 1) filter.connector_id = "c1";
    if (choice & 2) filter.user_id = "u1";
    if (choice & 4) filter.credential_id = "t2";
    if (choice & 8) filter.operation = "get";
    if (choice & 16) {
      filter.only_failed = (choice & 9) == 8;
      if (!filter.only_failed) filter.status = choice & 1 ? RunStatus::kError : RunStatus::kOk;
    }
    if (choice & 32) filter.source = choice & 2 ? RunSource::kTest : RunSource::kMcp;
    if (choice & 64) filter.from = all[100].id >> kRunIdCounterBits;
    if (choice & 128) filter.to = all[500].id >> kRunIdCounterBits;
    filter.limit = 70;
    std::vector<std::int64_t> expected, found;
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
      const bool matches = (filter.connector_id.empty() || one->connector_id == filter.connector_id) &&
                           (filter.user_id.empty() || one->user_id == filter.user_id) &&
                           (filter.credential_id.empty() || one->credential_id == filter.credential_id) &&
                           (filter.operation.empty() || one->operation == filter.operation) &&
                           (!filter.status || one->status == *filter.status) &&
                           (!filter.only_failed || one->status != RunStatus::kOk) &&
                           (!filter.source || one->source == *filter.source) &&
                           (!filter.from || one->id >> kRunIdCounterBits >= *filter.from) &&
                           (!filter.to || one->id >> kRunIdCounterBits < *filter.to);
      if (matches) expected.push_back(one->id);
    }
    for (;;) {
      const auto page = log->search(filter, false);
      ASSERT_TRUE(page) << page.error().message;
      for (const wick::Run& one : page->runs) found.push_back(one.id);
      if (!page->next) break;
      filter.before = *page->next;
    }
    EXPECT_EQ(found, expected) << choice;
  }
}

TEST_F(RunLogTest, EveryFilterHasItsIndex) {
  const auto plan_of = [&](const std::string& where) {
    std::string plan;
    db->read([&](Transaction& tx) {
        return tx.for_each(
            "EXPLAIN QUERY PLAN SELECT * FROM (SELECT * FROM connector_runs WHERE id < $1 AND " + where +
                " ORDER BY id DESC LIMIT 1000) AS ranged WHERE error = 'x' LIMIT 50",
            {INT64_MAX}, [&](const SqlRow& row) { plan += row.text(3) + "; "; });
      }).value();
    return plan;
  };
  for (const auto& [where, index] : std::vector<std::pair<std::string, std::string>>{
           {"status = 'error' AND status <> 'ok'", "connector_runs_status"},
           {"status = 'error' AND status <> 'ok' AND user_id = 'u'", "connector_runs_user_status"},
           {"source = 'test' AND source <> 'mcp'", "connector_runs_source"},
           {"credential_id = 't'", "connector_runs_credential"},
           {"user_id = 'u'", "connector_runs_user"},
           {"operation = 'o'", "connector_runs_operation"},
           {"connector_id = 'c'", "connector_runs_connector"},
           {"id >= 5", "PRIMARY KEY"}}) {
    const std::string plan = plan_of(where);
    EXPECT_NE(plan.find(index), std::string::npos) << plan;
    EXPECT_NE(plan.find("CO-ROUTINE"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
  }
}

TEST_F(RunLogTest, AfterARecordThatFailedNoCallIsReadyUntilOneCanBeWrittenAgain) {
  log.reset();
  FailingDatabase failing(*db);
  RunLog own(failing, clock, {});
  EXPECT_TRUE(own.ready());
  EXPECT_TRUE(own.append_blocking(own.mask(run())));
  failing.fails = true;
  EXPECT_FALSE(own.append_blocking(own.mask(run())));
  const auto refused = own.ready();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_GT(refused.error().retry_after_seconds, 0);
  EXPECT_NE(refused.error().message.find("disk is full"), std::string::npos);
  failing.fails = false;
  while (!own.ready()) std::this_thread::yield();  // the writer tries, because it is asked
  EXPECT_TRUE(own.append_blocking(own.mask(run())));
}

TEST_F(RunLogTest, NoCallIsReadyWhileTheQueueOrAWriteAheadLogIsTooLong) {
  log.reset();
  FailingDatabase long_log(*db);
  RunLogOptions options;
  {
    RunLog own(long_log, clock, options);
    EXPECT_TRUE(own.ready());
    long_log.log = options.max_log_bytes + 1;
    EXPECT_FALSE(own.ready());
    long_log.log = 0;
    EXPECT_TRUE(own.ready());
  }
  options.max_queued_bytes = 0;
  RunLog full(*db, clock, options);
  EXPECT_FALSE(full.ready());
  EXPECT_FALSE(full.append_blocking(full.mask(run())));
}

TEST_F(RunLogTest, AFullQueueRefusesInsteadOfGrowing) {
  RunLogOptions options;
  options.max_queued = 0;
  open(options);
  const auto refused = log->append_blocking(log->mask(run()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  bool told = false;
  boost::asio::co_spawn(
      context.get_executor(),
      [&]() -> boost::asio::awaitable<void, RunLog::Executor> {
        told = !(co_await log->append(log->mask(run())));
      },
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
      EXPECT_TRUE(log->append_blocking(log->mask(mine)));
      EXPECT_TRUE(log->append_blocking(log->mask(mine)));
      const auto refused = log->append_blocking(log->mask(mine));
      EXPECT_FALSE(refused);
      if (!refused) {
        EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
      }
      EXPECT_TRUE(log->append_blocking(log->mask(theirs)));
      return {};
    }).value();
  open();
  EXPECT_EQ(log->search({}, false)->runs.size(), 3U);
}

TEST_F(RunLogTest, RelaxedDurabilityAnswersAtOnceAndStillRecords) {
  RunLogOptions options;
  options.wait_for_commit = false;
  open(options);
  const auto id = log->append_blocking(log->mask(run()));
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
      const auto id = own.append_blocking(own.mask(run()));
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
        const auto id = log->append_blocking(log->mask(run(std::to_string(i) + "." + std::to_string(n))));
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

TEST(RunsDatabase, AnOlderOneGetsTheUsageOfUsersFromThatOfTheirCredentials) {
  std::string pattern = testing::TempDir() + "wick_runs_XXXXXX";
  const std::string folder = ::mkdtemp(pattern.data());
  const auto write = [](Database& db, const char* sql) {
    return db.write([&](Transaction& tx) -> Result<void> {
      if (auto done = tx.execute(sql, {}); !done) return fail(std::move(done.error()));
      return {};
    });
  };
  {
    const auto older = std::move(open_sqlite(folder + "/runs.db", runs_migrations().first(2)).value());
    int id = 0;
    for (const auto& [user, credential] : {std::pair("u1", "t1"), {"u1", "t2"}, {"u2", "t3"}}) {
      const std::string sql = std::string("INSERT INTO connector_runs SELECT ") + std::to_string(++id) +
                              ", 'c1', 'list', '" + user + "', '" + credential +
                              "', 'pat', 'mcp', NULL, NULL, 'ok', '', 1, 0, '', '', '', '', '', 0, 0";
      ASSERT_TRUE(write(*older, sql.c_str()));
    }
    ASSERT_TRUE(write(*older,
                      "INSERT INTO run_usage VALUES ('t1', '2026-11-01', 'c1', 5, 1), "
                      "('t2', '2026-11-01', 'c1', 2, 2), ('t2', '2026-11-02', '', 1, 0), "
                      "('t3', '2026-11-01', 'c1', 9, 0), ('forgotten', '2026-11-01', 'c1', 7, 0)"));
  }
  const auto db = std::move(open_sqlite(folder + "/runs.db", runs_migrations()).value());
  std::string rows;
  ASSERT_TRUE(db->read([&](Transaction& tx) {
    return tx.for_each("SELECT user_id, day, connector_id, calls, errors FROM user_usage ORDER BY 1, 2, 3",
                       {}, [&](const SqlRow& row) {
                         rows += row.text(0) + " " + row.text(1) + " " + row.text(2) + " " +
                                 std::to_string(row.integer(3)) + " " + std::to_string(row.integer(4)) + "\n";
                       });
  }));
  EXPECT_EQ(rows, "u1 2026-11-01 c1 7 3\nu1 2026-11-02  1 0\nu2 2026-11-01 c1 9 0\n");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wick
