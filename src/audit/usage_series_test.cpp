#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "audit/run_log.h"
#include "db/schema.h"

namespace wick {
namespace {

constexpr Micros kHour = 3600 * kMicrosPerSecond;

struct FakeClock final : Clock {
  Micros time = 20'000 * kMicrosPerDay + 10 * kHour + 17;  // 2024-10-04, after ten o'clock
  Micros now() const override { return time; }
};

class UsageSeriesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("wick-series-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    log.reset();
    db.reset();
    std::filesystem::remove_all(folder_);
  }
  void open(std::span<const Migration> migrations = runs_migrations(), RunLogOptions options = {}) {
    log.reset();
    db.reset();
    auto opened = open_sqlite(folder_ / "runs.db", migrations);
    ASSERT_TRUE(opened) << opened.error().message;
    db = std::move(*opened);
    if (migrations.size() == runs_migrations().size()) log = std::make_unique<RunLog>(*db, clock, options);
  }
  void call(const std::string& connector, std::int64_t latency_ms, RunStatus status = RunStatus::kOk) {
    wick::Run run;
    run.connector_id = connector;
    run.user_id = "u1";
    run.credential_id = "t1";
    run.status = status;
    run.latency_ms = latency_ms;
    run.started_at = run.ended_at = clock.now();
    ASSERT_TRUE(log->append_blocking(log->mask(std::move(run))));
  }
  void execute(const std::string& sql) {
    ASSERT_TRUE(db->write([&](Transaction& tx) -> Result<void> {
      auto done = tx.execute(sql, {});
      if (!done) return fail(done.error());
      return {};
    }));
  }

  FakeClock clock;
  std::unique_ptr<Database> db;
  std::unique_ptr<RunLog> log;

 private:
  std::filesystem::path folder_;
};

TEST_F(UsageSeriesTest, CallsErrorsAndP95AreCountedByHourDayAndConnector) {
  open();
  for (int i = 1; i <= 100; ++i) call("a", i);
  call("b", 5, RunStatus::kError);
  clock.time += kHour;
  call("", 1);

  const auto hours = log->series(std::nullopt, Grain::kHour, 24);
  ASSERT_TRUE(hours) << hours.error().message;
  ASSERT_EQ(hours->periods.size(), 24u);
  EXPECT_EQ(hours->periods[23].start, 20'000 * kMicrosPerDay + 11 * kHour);
  EXPECT_EQ(hours->periods[23].calls, 1);
  EXPECT_EQ(hours->periods[22].calls, 101);
  EXPECT_EQ(hours->periods[22].errors, 1);
  EXPECT_NEAR(double(hours->periods[22].p95_ms.value()), 95, 95 * kLatencyErrorPercent / 100);
  EXPECT_EQ(hours->periods[21].calls, 0);
  EXPECT_EQ(hours->periods[21].p95_ms, std::nullopt);
  EXPECT_EQ(hours->total.calls, 102);
  ASSERT_EQ(hours->connectors.size(), 3u);
  EXPECT_EQ(hours->connectors[0].connector_id, "a");
  EXPECT_EQ(hours->connectors[1].connector_id, "");
  EXPECT_EQ(hours->connectors[2].connector_id, "b");
  EXPECT_EQ(hours->connectors[2].p95_ms, 5);

  const auto days = log->series("b", Grain::kDay, 7);
  ASSERT_TRUE(days);
  ASSERT_EQ(days->periods.size(), 7u);
  EXPECT_EQ(days->periods[6].start, 20'000 * kMicrosPerDay);
  EXPECT_EQ(days->periods[6].calls, 1);
  EXPECT_EQ(days->connectors.size(), 1u);
}

TEST_F(UsageSeriesTest, RefusedAndCancelledCallsAreErrorsWithoutLatency) {
  open();
  for (const RunStatus status : {RunStatus::kDenied, RunStatus::kRateLimited, RunStatus::kCancelled})
    call("a", 1000, status);
  const auto only_refused = log->series("a", Grain::kDay, 1);
  EXPECT_EQ(only_refused->total.errors, 3);
  EXPECT_EQ(only_refused->total.p95_ms, std::nullopt);
  call("a", 3, RunStatus::kError);
  EXPECT_EQ(log->series("a", Grain::kDay, 1)->total.p95_ms, 3);
}

TEST_F(UsageSeriesTest, EveryBucketHasAColumn) {
  open();
  for (std::int64_t ms = 0; ms < 1 << 20; ms += 1 + ms / 16) call("a", ms);
  const auto series = log->series(std::nullopt, Grain::kDay, 1);
  ASSERT_TRUE(series) << series.error().message;
  EXPECT_GT(series->total.p95_ms.value(), 500'000);
}

TEST_F(UsageSeriesTest, TheSeriesIsReadFromCountsAndNotFromRuns) {
  open();
  for (int i = 0; i < 10; ++i) call("a", 40);
  execute("DELETE FROM connector_runs");
  const auto series = log->series("a", Grain::kDay, 90);
  EXPECT_EQ(series->total.calls, 10);
  EXPECT_NEAR(double(series->total.p95_ms.value()), 40, 5);
}

TEST_F(UsageSeriesTest, ACommitThatFailsCountsNothing) {
  open();
  call("a", 1);
  execute("CREATE TRIGGER refuse BEFORE INSERT ON connector_runs BEGIN SELECT RAISE(ABORT, 'refused'); END");
  wick::Run run;
  run.connector_id = "a";
  run.user_id = "u1";
  run.status = RunStatus::kOk;
  run.started_at = clock.now();
  EXPECT_FALSE(log->append_blocking(log->mask(std::move(run))));
  EXPECT_EQ(log->series("a", Grain::kDay, 1)->total.calls, 1);
}

TEST_F(UsageSeriesTest, HoursArePrunedAfterTwoDaysAndDaysWithTheRecordsOfCalls) {
  RunLogOptions options;
  options.row_days = 30;
  open(runs_migrations(), options);
  const auto count = [&](Grain grain, int periods) {
    return log->series(std::nullopt, grain, periods)->total.calls;
  };
  call("a", 1);
  clock.time += 3 * kMicrosPerDay;
  call("a", 1);
  EXPECT_EQ(count(Grain::kHour, 100), 2);
  while (log->purge_step().value()) {
  }
  EXPECT_EQ(count(Grain::kHour, 100), 1);
  EXPECT_EQ(count(Grain::kDay, 100), 2);
  clock.time += 28 * kMicrosPerDay;
  while (log->purge_step().value()) {
  }
  EXPECT_EQ(count(Grain::kDay, 100), 1);
}

TEST_F(UsageSeriesTest, ADatabaseOfBeforeKeepsItsCountsPerDay) {
  open(runs_migrations().first(2));
  execute(
      "INSERT INTO run_usage (credential_id, day, connector_id, calls, errors) VALUES "
      "('t1', '2024-10-04', 'a', 3, 1), ('t2', '2024-10-04', 'a', 4, 0), ('t1', '2024-10-03', 'a', 5, 5)");
  open();
  const auto series = log->series("a", Grain::kDay, 2);
  EXPECT_EQ(series->periods[0].calls, 5);
  EXPECT_EQ(series->periods[1].calls, 7);
  EXPECT_EQ(series->periods[1].errors, 1);
  EXPECT_EQ(series->total.p95_ms, std::nullopt);
  call("a", 9);
  EXPECT_EQ(log->series("a", Grain::kDay, 2)->total.calls, 13);
}

}  // namespace
}  // namespace wick
