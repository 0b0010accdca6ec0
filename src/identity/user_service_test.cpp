#include "identity/user_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "db/schema.h"
#include "identity/user_store.h"

namespace wick {
namespace {

class Users : public testing::Test {
 protected:
  Users() {
    std::string pattern = testing::TempDir() + "wick_users_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    users_ = std::make_unique<UserService>(*db_, clock_);
  }
  ~Users() override { std::filesystem::remove_all(folder_); }
  Result<User> add(std::string email, Role role) {
    return users_->create({std::move(email), "Some One", role}, Secret("a long enough password"));
  }

  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<UserService> users_;
};

TEST_F(Users, AreFoundByIdAndByEmailInAnyCase) {
  const auto user = add("Ann@Example.com", Role::kMember);
  ASSERT_TRUE(user);
  EXPECT_EQ(users_->find(user->id.str())->email, "ann@example.com");
  EXPECT_EQ(users_->find("ANN@example.com")->id, user->id);
  EXPECT_EQ(add("ann@example.com", Role::kMember).error().code, ErrorCode::kConflict);
}

TEST_F(Users, TheLastActiveAdminCannotBeRemoved) {
  ASSERT_TRUE(add("a@example.com", Role::kAdmin));
  EXPECT_EQ(users_->deactivate("a@example.com").error().code, ErrorCode::kConflict);
  EXPECT_EQ(users_->remove("a@example.com").error().code, ErrorCode::kConflict);
  ASSERT_TRUE(add("b@example.com", Role::kAdmin));
  EXPECT_TRUE(users_->deactivate("a@example.com"));
  EXPECT_EQ(users_->remove("b@example.com").error().code, ErrorCode::kConflict);
}

TEST_F(Users, DeactivatingSeveralLeavesAnActiveAdminOrChangesNothing) {
  std::vector<UserId> ids;
  for (const char* email : {"a@example.com", "b@example.com"}) ids.push_back(add(email, Role::kAdmin)->id);
  ids.push_back(add("m@example.com", Role::kMember)->id);
  const auto refused = users_->deactivate_all(ids, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("b@example.com"), std::string::npos);
  for (const UserId& id : ids) {
    EXPECT_EQ(users_->find(id.str())->status, UserStatus::kActive);
  }

  const std::vector<UserId> some{ids[1], ids[2], ids[2], UserId::make()};
  EXPECT_EQ(users_->deactivate_all(some, ids[0]), 2);
  EXPECT_EQ(users_->find(ids[0].str())->status, UserStatus::kActive);
  EXPECT_EQ(users_->find(ids[2].str())->status, UserStatus::kDeactivated);
}

TEST_F(Users, TagsAreGivenAndTakenOfSeveralAndTheirOtherTagsStay) {
  db_->write([](Transaction& tx) -> Result<void> {
       for (const char* tag : {"t1", "t2", "t3"}) {
         auto done = tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', 0)",
                                {std::string_view(tag)});
         if (!done) return fail(std::move(done.error()));
       }
       return {};
     })
      .value();
  const UserId ann = add("a@example.com", Role::kMember)->id, bob = add("b@example.com", Role::kMember)->id;
  UserPatch patch;
  patch.tags = {"t1", "t2"};
  ASSERT_TRUE(users_->update(ann.str(), patch));
  const auto tags_of = [&](const UserId& user) {
    std::vector<std::string> tags;
    db_->read([&](Transaction& tx) -> Result<void> {
         tags = user_store::tags(tx, user.str()).value();
         return {};
       })
        .value();
    std::sort(tags.begin(), tags.end());
    return tags;
  };
  using Tags = std::vector<std::string>;
  EXPECT_EQ(users_->change_tags({ann, bob}, {"t3"}, {"t1"}), 2);
  EXPECT_EQ(tags_of(ann), (Tags{"t2", "t3"}));
  EXPECT_EQ(tags_of(bob), Tags{"t3"});
  EXPECT_EQ(users_->change_tags({ann, bob}, {"t3"}, {}), 0);
  EXPECT_EQ(users_->change_tags({bob, ann}, {"t1", "unknown"}, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(tags_of(bob), Tags{"t3"});
}

TEST_F(Users, ADeletedUsersEmailIsFreeAgain) {
  ASSERT_TRUE(add("m@example.com", Role::kMember));
  ASSERT_TRUE(users_->remove("m@example.com"));
  EXPECT_EQ(users_->find("m@example.com").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(add("m@example.com", Role::kMember));
}

TEST_F(Users, ShortPasswordsAndBadEmailsAreRefusedWithWhatIsRight) {
  const auto weak = users_->create({"m@example.com", "M", Role::kMember}, Secret("short"));
  EXPECT_NE(weak.error().message.find("15"), std::string::npos);
  EXPECT_FALSE(users_->create({"nobody", "M", Role::kMember}, Secret("a long enough password")));
  EXPECT_FALSE(users_->create({"m@example.com", " ", Role::kMember}, Secret("a long enough password")));
}

}  // namespace
}  // namespace wick
