#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/fixed_clock.h"
#include "base/text.h"
#include "db/schema.h"
#include "identity/user_page_store.h"
#include "identity/user_service.h"
#include "identity/user_store.h"

namespace wick {
namespace {

class UserPages : public testing::Test {
 protected:
  UserPages() {
    std::string pattern = testing::TempDir() + "wick_userpages_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    users_ = std::make_unique<UserService>(*db_, clock_);
  }
  ~UserPages() override { std::filesystem::remove_all(folder_); }

  User add(const std::string& email, const std::string& name, Role role = Role::kMember) {
    return users_->create_pending({email, name, role}, {}).value();
  }
  // The emails of every page, from the first to the last.
  std::vector<std::string> emails(UserFilter filter) {
    std::vector<std::string> all;
    filter.limit = 3;
    for (int pages = 0; pages < 100; ++pages) {
      const UserPage page = users_->page(filter).value();
      for (const User& user : page.items) all.push_back(user.email);
      if (page.next.empty()) return all;
      filter.cursor = page.next;
    }
    ADD_FAILURE() << "the pages never end";
    return all;
  }
  std::vector<std::string> found(const std::string& query) {
    UserFilter filter;
    filter.query = query;
    return emails(filter);
  }

  std::string folder_;
  FixedClock clock_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<UserService> users_;
};

using Emails = std::vector<std::string>;

TEST_F(UserPages, ListEachUserOnceByEmailForwardsAndBack) {
  Emails all;
  for (int i = 0; i < 10; ++i) all.push_back("u" + std::to_string(i) + "@example.com");
  for (const std::string& email : all) add(email, "Name");
  EXPECT_EQ(emails({}), all);
  UserFilter filter;
  filter.limit = 4;
  const UserPage first = users_->page(filter).value();
  EXPECT_TRUE(first.previous.empty());
  filter.cursor = first.next;
  const UserPage second = users_->page(filter).value();
  EXPECT_EQ(second.items.front().email, all[4]);
  filter.cursor = second.previous;
  const UserPage again = users_->page(filter).value();
  ASSERT_EQ(again.items.size(), 4U);
  EXPECT_EQ(again.items.front().email, all[0]);
  EXPECT_TRUE(again.previous.empty());
}

TEST_F(UserPages, EachOrderListsEachUserOnce) {
  // The same name several times, so that a page ends between equal ones.
  const char* const names[] = {"Mia", "bea", "Mia", "Ada", "Mia", "mia", "Zoe", "Bea"};
  std::vector<User> made;
  for (int i = 0; i < 8; ++i) {
    clock_.advance(1);
    made.push_back(add("u" + std::to_string(7 - i) + "@example.com", names[i]));
    if (i % 3 == 0) continue;
    made.back().last_sign_in_at = 1000 - i / 2;
    db_->write([&](Transaction& tx) {
         return user_store::set_signed_in(tx, made.back().id.str(), *made.back().last_sign_in_at);
       })
        .value();
  }
  users_->remove(made[4].id.str()).value();
  made.erase(made.begin() + 4);
  const auto expected = [&](auto key) {
    std::stable_sort(made.begin(), made.end(), [&](const User& a, const User& b) { return key(a) < key(b); });
    Emails all;
    for (const User& user : made) all.push_back(user.email);
    return all;
  };
  const auto by_creation = [](const User& user) { return user.created_at; };
  const auto check = [&](UserOrder order, Emails up) {
    for (const auto& status : {std::optional<UserStatus>(), std::optional(UserStatus::kPending)}) {
      UserFilter filter;
      filter.order = order;
      filter.status = status;
      EXPECT_EQ(emails(filter), up);
      filter.descending = true;
      Emails down = emails(filter);
      std::reverse(down.begin(), down.end());
      EXPECT_EQ(down, up);
    }
    expected(by_creation);
  };
  check(UserOrder::kCreated, expected(by_creation));
  check(UserOrder::kName, expected([](const User& user) { return to_lower_ascii(user.name); }));
  check(UserOrder::kLastSignIn, expected([](const User& user) { return user.last_sign_in_at.value_or(0); }));
  check(UserOrder::kEmail, expected([](const User& user) { return user.email; }));
}

TEST_F(UserPages, SortedByNameLeadBackThroughTheSamePages) {
  for (int i = 0; i < 10; ++i) add("u" + std::to_string(i) + "@example.com", i % 2 == 0 ? "Even" : "odd");
  UserFilter filter;
  filter.order = UserOrder::kName;
  filter.limit = 3;
  std::vector<UserPage> pages{users_->page(filter).value()};
  while (!pages.back().next.empty()) {
    filter.cursor = pages.back().next;
    pages.push_back(users_->page(filter).value());
  }
  ASSERT_EQ(pages.size(), 4U);
  const auto ids = [](const UserPage& page) {
    std::vector<UserId> all;
    for (const User& user : page.items) all.push_back(user.id);
    return all;
  };
  for (std::size_t i = pages.size() - 1; i > 0; --i) {
    filter.cursor = pages[i].previous;
    EXPECT_EQ(ids(users_->page(filter).value()), ids(pages[i - 1]));
  }
  filter.order = UserOrder::kEmail;
  EXPECT_EQ(users_->page(filter).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(UserPages, LongQueriesMatchAnywhereAndShortOnesAtTheBeginning) {
  add("zoe@example.com", "Zoë Nash");
  add("ann@example.com", "Ann \"100%\" Reed");
  add("bo@other.example", "Bo_Nash");
  EXPECT_EQ(found("nash"), (Emails{"bo@other.example", "zoe@example.com"}));
  EXPECT_EQ(found("EXAMPLE.COM"), (Emails{"ann@example.com", "zoe@example.com"}));
  EXPECT_EQ(found("zoë"), Emails{"zoe@example.com"});
  EXPECT_EQ(found("\"100%\""), Emails{"ann@example.com"});
  EXPECT_EQ(found("o_n"), Emails{"bo@other.example"});
  EXPECT_EQ(found("%"), Emails{});
  EXPECT_EQ(found("an"), Emails{"ann@example.com"});
  EXPECT_EQ(found("re"), Emails{}) << "nothing begins so";
}

TEST_F(UserPages, FollowANewNameAndForgetTheEmailOfADeletedUser) {
  const User ann = add("ann@example.com", "Ann");
  UserPatch patch;
  patch.name = "Beatrix";
  users_->update(ann.id.str(), patch).value();
  EXPECT_EQ(found("beatrix"), Emails{"ann@example.com"});
  EXPECT_EQ(found("ann@"), Emails{"ann@example.com"});
  users_->remove(ann.id.str()).value();
  EXPECT_EQ(found("ann@"), Emails{});
  EXPECT_EQ(found("beatrix"), Emails{});
  UserFilter deleted;
  deleted.status = UserStatus::kDeleted;
  deleted.query = "beatrix";
  EXPECT_EQ(emails(deleted).size(), 1U);
}

TEST_F(UserPages, AreNarrowedByStatusAndRole) {
  add("a@example.com", "A", Role::kAdmin);
  add("b@example.com", "B");
  const User gone = add("c@example.com", "C");
  users_->remove(gone.id.str()).value();
  UserFilter filter;
  EXPECT_EQ(emails(filter), (Emails{"a@example.com", "b@example.com"}));
  filter.role = Role::kAdmin;
  EXPECT_EQ(emails(filter), Emails{"a@example.com"});
  filter.status = UserStatus::kActive;
  EXPECT_EQ(emails(filter), Emails{});
  filter.status = UserStatus::kPending;
  EXPECT_EQ(emails(filter), Emails{"a@example.com"});
}

TEST_F(UserPages, ASearchThatMatchesMostUsersIsBoundedAndComplete) {
  std::set<std::string> all;
  const int users = int(user_page_store::kMaxCandidates) + 50;
  ASSERT_TRUE(db_->write([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < users; ++i) {
      User user;
      user.id = UserId::make();
      user.email = "user" + std::to_string(i) + "@example.com";
      user.name = "Name";
      all.insert(user.email);
      if (auto done = user_store::insert(tx, user, ""); !done) return done;
    }
    return {};
  }));
  UserFilter filter;
  filter.query = "example";
  filter.limit = 200;
  std::set<std::string> seen;
  for (;;) {
    const UserPage page = users_->page(filter).value();
    for (const User& user : page.items) EXPECT_TRUE(seen.insert(user.email).second);
    if (page.next.empty()) break;
    filter.cursor = page.next;
  }
  EXPECT_EQ(seen, all);
}

TEST_F(UserPages, AnUpdateThatChangesNothingWritesNothing) {
  const User ann = add("ann@example.com", "Ann");
  const auto entries = [&] {
    std::int64_t count = 0;
    EXPECT_TRUE(db_->read([&](Transaction& tx) {
      return tx.for_each("SELECT seq FROM change_head", {},
                         [&](const SqlRow& row) { count = row.integer(0); });
    }));
    return count;
  };
  const std::int64_t before = entries();
  UserPatch patch;
  patch.name = " Ann ";
  patch.role = Role::kMember;
  patch.tags = std::vector<std::string>();
  EXPECT_TRUE(users_->update(ann.id.str(), patch));
  EXPECT_EQ(entries(), before);
  patch.role = Role::kAdmin;
  EXPECT_TRUE(users_->update(ann.id.str(), patch));
  EXPECT_EQ(entries(), before + 1);
}

}  // namespace
}  // namespace wick
