#include "access/snapshot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <tuple>

#include "db/schema.h"

namespace wick {
namespace {

// Holds up who passes while it is closed, and tells that somebody has arrived.
class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    arrived_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    arrived_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true, arrived_ = false;
};

class Access : public testing::Test {
 protected:
  Access() {
    std::string pattern = testing::TempDir() + "wick_access_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    store_ = std::make_unique<AccessStore>(*db_, [this](std::string_view) {
      gate_.pass();
      OperationEntry safe, harmful;
      safe.key = "get";
      harmful.key = "delete";
      harmful.destructive = true;
      harmful.enabled = false;
      return std::vector<OperationEntry>{safe, harmful};
    });
    store_->start().value();
    db_->on_change("user", [this](const ChangeEntry&) {
      ++users_committed_;
      users_committed_.notify_all();
      return Result<void>();
    });
  }
  ~Access() override { std::filesystem::remove_all(folder_); }

  // The first parameter is the id of what changes.
  void write(std::string_view kind, std::string_view sql, std::initializer_list<SqlParam> params) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, params); !done) return fail(done.error());
         return tx.changed(kind, std::get<std::string_view>(*params.begin()));
       })
        .value();
  }
  UserId add_user(std::string_view role, std::string_view status) {
    const UserId id = UserId::make();
    write("user",
          "INSERT INTO users (id, email, name, role, status, created_at) VALUES ($1, $1, 'U', $2, $3, 0)",
          {std::string_view(id.str()), role, status});
    return id;
  }
  TagId add_tag(bool filter) {
    const TagId id = TagId::make();
    write("tag", "INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', $2)",
          {std::string_view(id.str()), std::int64_t(filter)});
    return id;
  }
  ConnectorId add_connector(std::initializer_list<TagId> tags) {
    const ConnectorId id = ConnectorId::make();
    write(
        "connector",
        "INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, created_at) "
        "VALUES ($1, 'notes', $1, '', '', '{}', '{}', 0, 0)",
        {std::string_view(id.str())});
    for (const TagId& tag : tags) {
      write("connector", "INSERT INTO connector_tags (connector_id, tag_id) VALUES ($1, $2)",
            {std::string_view(id.str()), std::string_view(tag.str())});
    }
    return id;
  }
  bool sees(const UserId& user, const ConnectorId& connector) {
    const auto snapshot = store_->snapshot();
    return snapshot->may_use(*snapshot->user(user), *snapshot->connector(connector));
  }

  std::string folder_;
  Gate gate_;  // in each load of a connector
  std::atomic<int> users_committed_ = 0;
  std::unique_ptr<Database> db_;
  std::unique_ptr<AccessStore> store_;
};

TEST_F(Access, AFilterTagRestrictsAndAGroupTagDoesNot) {
  const UserId member = add_user("member", "active");
  const UserId admin = add_user("admin", "active");
  const TagId filter = add_tag(true);
  const TagId group = add_tag(false);
  const ConnectorId open = add_connector({});
  const ConnectorId grouped = add_connector({group});
  const ConnectorId restricted = add_connector({filter, group});
  EXPECT_TRUE(sees(member, open));
  EXPECT_TRUE(sees(member, grouped));
  EXPECT_FALSE(sees(member, restricted));
  EXPECT_TRUE(sees(admin, restricted));
  write("user", "INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2)",
        {std::string_view(member.str()), std::string_view(filter.str())});
  EXPECT_TRUE(sees(member, restricted));
}

TEST_F(Access, OnlyActiveUsersReachAnything) {
  const ConnectorId open = add_connector({});
  EXPECT_FALSE(sees(add_user("admin", "pending"), open));
  EXPECT_FALSE(sees(add_user("admin", "deactivated"), open));
}

TEST_F(Access, ADestructiveOperationIsOffUntilTurnedOn) {
  const ConnectorId id = add_connector({});
  EXPECT_FALSE(store_->snapshot()->connector(id)->operation("delete")->enabled);
  write("connector", "INSERT INTO operations (connector_id, key, enabled) VALUES ($1, 'delete', 1)",
        {std::string_view(id.str())});
  EXPECT_TRUE(store_->snapshot()->connector(id)->operation("delete")->enabled);
}

TEST_F(Access, ASnapshotTakenEarlierDoesNotChange) {
  const auto before = store_->snapshot();
  add_connector({});
  EXPECT_EQ(before->connectors.size(), 1U);  // the notes of a fresh install
  EXPECT_EQ(store_->snapshot()->connectors.size(), 2U);
}

TEST_F(Access, AWriteThatIsNoneOfItsBusinessDoesNotWaitForASnapshotThatLoads) {
  gate_.close();
  std::atomic<bool> answered = false;
  std::thread changing([&] {
    add_connector({});
    answered = true;
  });
  gate_.wait_for_arrival();
  db_->write([](Transaction& tx) { return tx.changed("token", "t"); }).value();
  EXPECT_FALSE(answered);
  EXPECT_EQ(store_->snapshot()->connectors.size(), 1U);
  gate_.open();
  changing.join();
  EXPECT_EQ(store_->snapshot()->connectors.size(), 2U);
}

TEST_F(Access, ManyChangesDuringALoadShareTheNextLoad) {
  gate_.close();
  std::thread changing([&] { add_connector({}); });
  gate_.wait_for_arrival();
  const std::uint64_t before = store_->snapshot()->version;
  std::vector<std::thread> others;
  others.reserve(6);
  std::atomic<int> found = 0;
  for (int i = 0; i < 6; ++i) {
    others.emplace_back([&] {
      const UserId id = add_user("member", "active");
      found += store_->snapshot()->user(id) != nullptr;
    });
  }
  for (int committed = users_committed_; committed < 6; committed = users_committed_)
    users_committed_.wait(committed);
  gate_.open();
  changing.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(found, 6) << "each is answered after its own change is in the snapshot";
  EXPECT_EQ(store_->snapshot()->version, before + 2);
}

TEST_F(Access, EachOfManyConcurrentChangesIsInTheSnapshotWhenItIsAnswered) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> found = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const UserId user = add_user("member", "active");
        const ConnectorId connector = add_connector({});
        const auto snapshot = store_->snapshot();
        found += snapshot->user(user) != nullptr && snapshot->connector(connector) != nullptr;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 100);
  EXPECT_EQ(store_->snapshot()->users.size(), 100U);
}

TEST_F(Access, WhoIsToldThatNothingChangedWaitsForTheChangesOfOthers) {
  gate_.close();
  std::thread changing([&] { add_connector({}); });
  gate_.wait_for_arrival();
  std::size_t seen = 0;
  std::thread repeating([&] {
    db_->write([](Transaction& tx) -> Result<void> {
         tx.unchanged("connector");
         return {};
       })
        .value();
    seen = store_->snapshot()->connectors.size();
  });
  gate_.open();
  changing.join();
  repeating.join();
  EXPECT_EQ(seen, 2U);
}

TEST_F(Access, ASnapshotThatFollowedEachChangeEqualsOneThatIsReadAsAWhole) {
  const UserId user = add_user("member", "active"), leaving = add_user("member", "active");
  const TagId tag = add_tag(true), dropped = add_tag(false);
  const ConnectorId kept = add_connector({tag, dropped}), removed = add_connector({});
  const auto id = [](const auto& one) { return one.str(); };
  write("connector",
        "INSERT INTO operations (connector_id, key, enabled, definition) VALUES ($1, 'own', 1, $2)",
        {std::string_view(id(kept)), std::string_view(R"({"name":"Own","read_only":true})")});
  write("connector", "UPDATE connectors SET label = 'A first' WHERE id = $1", {std::string_view(id(kept))});
  write("connector", "DELETE FROM connectors WHERE id = $1", {std::string_view(id(removed))});
  write("user", "INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2)",
        {std::string_view(id(user)), std::string_view(id(tag))});
  write("user", "UPDATE users SET name = 'Renamed', role = 'admin' WHERE id = $1",
        {std::string_view(id(user))});
  write("user", "UPDATE users SET status = 'deleted' WHERE id = $1", {std::string_view(id(leaving))});
  write("tag", "DELETE FROM tags WHERE id = $1", {std::string_view(id(dropped))});

  AccessStore whole(*db_, [](std::string_view) { return std::vector<OperationEntry>(2); });
  whole.start().value();
  const auto followed = store_->snapshot(), read = whole.snapshot();
  ASSERT_EQ(followed->users.size(), read->users.size());
  for (const auto& [key, entry] : read->users) {
    const UserEntry* other = followed->user(key);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(std::tie(other->name, other->email, other->role, other->status, other->tags),
              std::tie(entry.name, entry.email, entry.role, entry.status, entry.tags));
  }
  EXPECT_EQ(followed->tags.size(), read->tags.size());
  ASSERT_EQ(followed->connectors.size(), read->connectors.size());
  for (std::size_t i = 0; i < read->connectors.size(); ++i) {
    const ConnectorEntry &a = *followed->connectors[i], &b = *read->connectors[i];
    EXPECT_EQ(std::tie(a.id, a.label, a.slug, a.disabled), std::tie(b.id, b.label, b.slug, b.disabled));
    EXPECT_EQ(a.operations.size(), b.operations.size());
  }
  EXPECT_EQ(followed->connectors.front()->id, kept);
  EXPECT_TRUE(followed->connectors.front()->operation("own")->read_only);
}

TEST_F(Access, ACompiledSchemaIsKeptWhileTheSchemaStaysTheSame) {
  const ConnectorId id = add_connector({});
  const std::string key = id.str();
  const std::string_view text = key;
  write("connector",
        "INSERT INTO operations (connector_id, key, enabled, definition) VALUES ($1, 'own', 1, $2)",
        {text, std::string_view(R"({"name":"Own","input_schema":{"type":"object"}})")});
  const auto compiled_of = [&](const char* operation) {
    const auto snapshot = store_->snapshot();
    return snapshot->connector(id)->operation(operation)->schema;
  };
  const auto own = compiled_of("own"), built_in = compiled_of("get");
  write("connector", "UPDATE connectors SET label = 'Renamed' WHERE id = $1", {text});
  EXPECT_EQ(compiled_of("own"), own);
  EXPECT_EQ(compiled_of("get"), built_in);
  write("connector", "UPDATE operations SET definition = $2 WHERE connector_id = $1 AND key = 'own'",
        {text, std::string_view(R"({"name":"Own","input_schema":{"type":"object","minProperties":1}})")});
  EXPECT_NE(compiled_of("own"), own);
  EXPECT_EQ(compiled_of("get"), built_in);
}

}  // namespace
}  // namespace wick
