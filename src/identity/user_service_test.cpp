#include "identity/user_service.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "db/schema.h"

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
