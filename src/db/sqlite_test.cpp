#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "db/database.h"
#include "db/disk_space.h"
#include "db/schema.h"

namespace wick {
namespace {

class Sqlite : public testing::Test {
 protected:
  Sqlite() {
    std::string pattern = testing::TempDir() + "wick_db_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Sqlite() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Database> open() {
    return std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
  }
  static Result<void> insert_tag(Transaction& tx, std::string_view id) {
    auto done = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', $2)",
                           {id, std::int64_t(0)});
    if (!done) return fail(done.error());
    return tx.changed("tag", id);
  }
  static std::int64_t count(Database& db, std::string_view sql) {
    std::int64_t n = -1;
    db.read([&](Transaction& tx) {
        return tx.for_each(sql, {}, [&](const SqlRow& row) { n = row.integer(0); });
      }).value();
    return n;
  }

  std::string folder_;
};

TEST_F(Sqlite, AppliersHaveSeenTheCommittedStateWhenWriteReturns) {
  auto db = open();
  std::vector<std::string> applied;
  db->on_change("tag", [&](const ChangeEntry& entry) -> Result<void> {
    EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 2);
    applied.push_back(entry.entity);
    return {};
  });
  ASSERT_TRUE(db->write([](Transaction& tx) -> Result<void> {
    if (auto a = insert_tag(tx, "a"); !a) return a;
    return insert_tag(tx, "b");
  }));
  EXPECT_EQ(applied, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Sqlite, ARolledBackTransactionLeavesNoRowNoLogEntryAndNoGap) {
  auto db = open();
  ASSERT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }));
  const auto failed = db->write([](Transaction& tx) -> Result<void> {
    if (auto b = insert_tag(tx, "b"); !b) return b;
    return fail(ErrorCode::kConflict, "changed my mind");
  });
  EXPECT_EQ(failed.error().message, "changed my mind");
  ASSERT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "c"); }));
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 2);
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM change_log"), 2);
  EXPECT_EQ(count(*db, "SELECT MAX(seq) FROM change_log"), 2);
}

TEST_F(Sqlite, AUniquenessConstraintIsAConflict) {
  auto db = open();
  ASSERT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }));
  EXPECT_EQ(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }).error().code,
            ErrorCode::kConflict);
}

TEST_F(Sqlite, PlaceholdersAreNumberedNotOrdered) {
  auto db = open();
  std::string text;
  ASSERT_TRUE(db->read([&](Transaction& tx) {
    return tx.for_each("SELECT $2 || $1 || $2", {std::string_view("a"), std::string_view("b")},
                       [&](const SqlRow& row) { text = row.text(0); });
  }));
  EXPECT_EQ(text, "bab");
}

TEST_F(Sqlite, AFullDiskIsSaidAndNothingIsCorrupt) {
  auto db = open();
  // max_page_count stands in for the full disk: SQLite answers SQLITE_FULL in both cases.
  const auto full = db->write([](Transaction& tx) -> Result<void> {
    if (auto limited = tx.for_each("PRAGMA max_page_count = 1", {}, [](const SqlRow&) {}); !limited)
      return limited;
    auto done = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ('x', 'x', $1, 0)",
                           {std::string_view(std::string(1 << 20, 'x'))});
    if (!done) return fail(done.error());
    return {};
  });
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(full.error().message.find("disk is full"), std::string::npos);
  EXPECT_TRUE(db->check());
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 0);
}

TEST_F(Sqlite, AFolderThatCannotBeOpenedIsSaidByName) {
  const auto opened = open_sqlite(folder_ + "/missing/wick.db", main_migrations());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(opened.error().message.find("missing/wick.db"), std::string::npos);
}

TEST_F(Sqlite, AFileOfANewerVersionIsRefused) {
  {
    auto db = open();
    ASSERT_TRUE(db->write([](Transaction& tx) -> Result<void> {
      auto done = tx.execute("INSERT INTO schema_migrations (number, name) VALUES (999, 'later')", {});
      if (!done) return fail(done.error());
      return {};
    }));
  }
  const auto opened = open_sqlite(folder_ + "/wick.db", main_migrations());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("newer version"), std::string::npos);
}

TEST_F(Sqlite, ABackupOfARunningDatabaseOpensAndHoldsTheRows) {
  auto db = open();
  ASSERT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }));
  ASSERT_TRUE(db->backup_to(folder_ + "/copy.db"));
  EXPECT_EQ(db->backup_to(folder_ + "/copy.db").error().code, ErrorCode::kConflict);
  auto copy = std::move(open_sqlite(folder_ + "/copy.db", main_migrations()).value());
  EXPECT_EQ(count(*copy, "SELECT COUNT(*) FROM tags"), 1);
}

TEST_F(Sqlite, OldEntriesOfTheChangeLogArePrunedInStepsAndTheNumbersGoOn) {
  auto db = open();
  const auto log = [&](int entries) {
    ASSERT_TRUE(db->write([&](Transaction& tx) -> Result<void> {
      for (int i = 0; i < entries; ++i) {
        if (auto logged = tx.changed("tag", "x"); !logged) return logged;
      }
      return {};
    }));
  };
  log(1200);
  const Micros now = SystemClock().now();
  EXPECT_FALSE(db->prune_change_log(now).value());
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM change_log"), 1200) << "what another node may need is kept";
  const Micros later = now + to_micros(kChangeLogAge + std::chrono::minutes(1));
  int steps = 1;
  while (db->prune_change_log(later).value()) ++steps;
  EXPECT_GT(steps, 2);
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM change_log"), 0);
  log(1);
  EXPECT_EQ(count(*db, "SELECT seq FROM change_log"), 1201);
}

TEST_F(Sqlite, FollowersRunAfterTheWriterLockIsReleasedAndBeforeTheWriteReturns) {
  auto db = open();
  int followed = 0;
  db->after_change("tag", [&] {
    ++followed;
    return db->write([](Transaction&) { return Result<void>(); });  // would deadlock under the lock
  });
  ASSERT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }));
  EXPECT_EQ(followed, 1);
  ASSERT_TRUE(db->write([](Transaction& tx) -> Result<void> {
    tx.unchanged("tag");
    return {};
  }));
  EXPECT_EQ(followed, 2);
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM change_log"), 1);
}

TEST_F(Sqlite, DeletingInStepsRemovesAllThatMatches) {
  auto db = open();
  ASSERT_TRUE(db->write([](Transaction& tx) -> Result<void> {
    for (int i = 0; i < 1100; ++i) {
      auto done = tx.execute("INSERT INTO oidc_used_states (digest, expires_at) VALUES ($1, $2)",
                             {std::string_view(std::to_string(i)), std::int64_t(i < 1050 ? 1 : 3)});
      if (!done) return fail(done.error());
    }
    return {};
  }));
  const char* sql =
      "DELETE FROM oidc_used_states WHERE digest IN (SELECT digest FROM oidc_used_states WHERE expires_at <= "
      "$1 "
      "LIMIT $2)";
  ASSERT_TRUE(delete_in_steps(*db, sql, 2));
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM oidc_used_states"), 50);
}

TEST_F(Sqlite, WithoutFileDescriptorsItReadsWritesAppliesAndCheckpointsAsBefore) {
  auto db = open();
  int applied = 0, followed = 0;
  db->on_change("tag", [&](const ChangeEntry&) -> Result<void> {
    applied += count(*db, "SELECT COUNT(*) FROM tags") > 0;
    return {};
  });
  db->after_change("tag", [&]() -> Result<void> {
    followed += count(*db, "SELECT COUNT(*) FROM tags") > 0;
    return {};
  });
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::open("/dev/null", O_RDONLY);
  ::close(next);
  const rlimit none{rlim_t(next), before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_LT(::open("/dev/null", O_RDONLY), 0);

  std::atomic<int> read = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4 * kDefaultReaders; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) read += count(*db, "SELECT COUNT(*) FROM tags") >= 0;
    });
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(db->write([&](Transaction& tx) { return insert_tag(tx, "t" + std::to_string(i)); }));
  }
  db->checkpoint();
  EXPECT_FALSE(db->backup_to(folder_ + "/copy.db"));
  for (auto& thread : threads) thread.join();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(read, 4 * kDefaultReaders * 20);
  EXPECT_EQ(applied, 10);
  EXPECT_EQ(followed, 10);
}

TEST_F(Sqlite, AppliersAndNestedReadsDoNotWaitForReadersThatHoldEveryConnection) {
  auto db = std::move(open_sqlite(folder_ + "/wick.db", main_migrations(), {.readers = 1}).value());
  std::int64_t seen = 0;
  db->on_change("tag", [&](const ChangeEntry&) -> Result<void> {
    seen = count(*db, "SELECT COUNT(*) FROM tags");
    return {};
  });
  std::mutex mutex;
  std::condition_variable changed;
  bool is_reading = false, may_end = false;
  std::thread reader([&] {
    db->read([&](Transaction&) -> Result<void> {
        EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 0) << "in its own view";
        std::unique_lock lock(mutex);
        is_reading = true;
        changed.notify_one();
        changed.wait(lock, [&] { return may_end; });
        return {};
      }).value();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_reading; });
  }
  EXPECT_TRUE(db->write([](Transaction& tx) { return insert_tag(tx, "a"); }));
  EXPECT_EQ(seen, 1);
  {
    const std::lock_guard lock(mutex);
    may_end = true;
  }
  changed.notify_one();
  reader.join();
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 1);
}

TEST_F(Sqlite, AReadThatFailsGivesItsConnectionBack) {
  auto db = std::move(open_sqlite(folder_ + "/wick.db", main_migrations(), {.readers = 1}).value());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(
        db->read([](Transaction& tx) { return tx.for_each("SELECT nothing FROM nowhere", {}, {}); }));
  }
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 0);
}

TEST_F(Sqlite, TheWriteAheadLogIsShortAgainAfterAReaderThatHeldIt) {
  auto db = open();
  const std::string text(1 << 20, 'x');
  const auto log_size = [&] { return std::filesystem::file_size(folder_ + "/wick.db-wal"); };
  const auto write_much = [&](int first) {
    for (int i = first; i < first + 40; ++i) {
      ASSERT_TRUE(db->write([&](Transaction& tx) -> Result<void> {
        auto done = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, $2, 0)",
                               {std::string_view(std::to_string(i)), std::string_view(text)});
        if (!done) return fail(done.error());
        return {};
      }));
    }
  };
  ASSERT_TRUE(db->read([&](Transaction& tx) -> Result<void> {
    auto begun = tx.for_each("SELECT COUNT(*) FROM tags", {}, [](const SqlRow&) {});
    write_much(0);
    db->checkpoint();
    EXPECT_GT(db->log_bytes(), 40 << 20);
    return begun;
  }));
  db->checkpoint();
  EXPECT_EQ(db->log_bytes(), 0);
  EXPECT_EQ(log_size(), 0u);
}

class FullDisk : public Sqlite {
 protected:
  FullDisk() {
    disk_ = std::make_unique<DiskSpace>(
        folder_, DiskOptions{10'000'000, 1'000'000},
        [this](const std::string&) -> std::optional<DiskSpace::Room> { return room_; });
  }
  std::uintmax_t reserved() const { return std::filesystem::file_size(folder_ + "/wick.reserve"); }

  DiskSpace::Room room_{1'000'000'000, 1'000'000'000};
  std::unique_ptr<DiskSpace> disk_;
};

TEST_F(FullDisk, CallsStopBelowTheMarkAndGoOnWhenTheReserveIsWholeAgain) {
  EXPECT_EQ(reserved(), 1'000'000u);
  EXPECT_TRUE(disk_->check());
  room_.free = 9'000'000;
  DiskSpace later(folder_, {10'000'000, 1'000'000},
                  [this](const std::string&) { return std::optional(room_); });
  const auto full = later.check();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kUnavailable);
  EXPECT_GT(full.error().retry_after.count(), 0);
  EXPECT_NE(full.error().message.find("limits.min_free_bytes"), std::string::npos);
  later.release_if_full();
  EXPECT_EQ(reserved(), 1'000'000u) << "there is room for the control plane";
  room_.free = 100'000;
  later.release_if_full();
  EXPECT_EQ(reserved(), 0u);
  room_.free = 10'500'000;
  EXPECT_FALSE(later.check()) << "what the reserve lacks is no room";
  room_.free = 11'000'000;
  EXPECT_TRUE(later.check());
  later.restore();
  EXPECT_EQ(reserved(), 1'000'000u);
}

TEST_F(FullDisk, AWriteThatFindsNoRoomReleasesTheReserveAndRunsOnceMore) {
  auto db = std::move(
      open_sqlite(folder_ + "/wick.db", main_migrations(), {.readers = 1, .disk = disk_.get()}).value());
  int runs = 0;
  // max_page_count stands in for the full disk: SQLite answers SQLITE_FULL in both cases.
  const auto insert = [&](Transaction& tx) -> Result<void> {
    const std::string limit = "PRAGMA max_page_count = " + std::to_string(++runs == 1 ? 1 : 1'000'000);
    if (auto limited = tx.for_each(limit, {}, [](const SqlRow&) {}); !limited) return limited;
    auto done = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ('x', 'x', $1, 0)",
                           {std::string_view(std::string(1 << 20, 'x'))});
    if (!done) return fail(done.error());
    return {};
  };
  EXPECT_TRUE(db->write_with_reserve(insert));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(reserved(), 0u);
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 1);
}

TEST_F(FullDisk, AWriteLeavesTheReserveToThoseThatAskForIt) {
  room_.free = 100'000;
  std::filesystem::remove(folder_ + "/wick.reserve");
  DiskSpace full(folder_, {10'000'000, 1'000'000},
                 [this](const std::string&) { return std::optional(room_); });
  auto db =
      std::move(open_sqlite(folder_ + "/wick.db", main_migrations(), {.readers = 1, .disk = &full}).value());
  const auto insert = [](Transaction& tx) { return insert_tag(tx, "a"); };
  const auto refused = db->write(insert);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 0);
  EXPECT_TRUE(db->write_with_reserve(insert));
  EXPECT_EQ(count(*db, "SELECT COUNT(*) FROM tags"), 1);
}

}  // namespace
}  // namespace wick
