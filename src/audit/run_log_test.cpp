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

#include "audit/run_log_fixture.h"
#include "db/schema.h"

namespace wick {
namespace {

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

TEST_F(RunLogTest, NamesAreKeptWithoutHiddenCharacters) {
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
  EXPECT_GT(refused.error().retry_after.count(), 0);
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

TEST_F(RunLogTest, RelaxedDurabilityRecordsAfterTheAnswer) {
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

TEST_F(RunLogTest, EachOfManyThreadsGetsTheIdOfItsRun) {
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

}  // namespace
}  // namespace wick
