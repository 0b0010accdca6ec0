// The history of calls and their counts: pages, filters and usage.
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
