#include "access/snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "db/schema.h"

namespace wick {
namespace {

class Access : public testing::Test {
 protected:
  Access() {
    std::string pattern = testing::TempDir() + "wick_access_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    store_ = std::make_unique<AccessStore>(*db_, [](std::string_view) {
      OperationEntry safe, harmful;
      safe.key = "get";
      harmful.key = "delete";
      harmful.destructive = true;
      harmful.enabled = false;
      return std::vector<OperationEntry>{safe, harmful};
    });
    store_->start().value();
  }
  ~Access() override { std::filesystem::remove_all(folder_); }

  void write(std::string_view kind, std::string_view sql, std::initializer_list<SqlParam> params) {
    db_->write([&](Transaction& tx) -> Result<void> {
         if (auto done = tx.execute(sql, params); !done) return fail(done.error());
         return tx.changed(kind, "x");
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

}  // namespace
}  // namespace wick
