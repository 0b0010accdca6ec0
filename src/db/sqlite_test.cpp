#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "db/database.h"
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
  const Micros later = now + kChangeLogAge + kMicrosPerSecond * 60;
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

}  // namespace
}  // namespace wick
