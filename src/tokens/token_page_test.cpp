#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/fixed_clock.h"
#include "base/text.h"
#include "db/schema.h"
#include "db/search_index.h"
#include "tokens/token_page_store.h"
#include "tokens/token_service.h"
#include "tokens/token_store.h"

namespace wick {
namespace {

// Some tokens of every sort, and the plain way to list them, with which each page is compared.
class Pages : public testing::Test {
 protected:
  struct Known {
    Token token;
    std::string owner_name, owner_email;
    std::size_t number = 0;
  };

  Pages() {
    std::string pattern = testing::TempDir() + "wick_pages_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    db_ = std::move(open_sqlite(folder_ + "/wick.db", main_migrations()).value());
    service_ = std::make_unique<TokenService>(*db_, index_, clock_);
    service_->start().value();
    const char* names[] = {"Ann", "bob", "Bob", "Zoë", "ann-marie"};
    for (int i = 0; i < 5; ++i) add_user(names[i], "user" + std::to_string(i) + "@example.com");
    add_user("Nobody", "nobody@example.com");
    for (int i = 0; i < 60; ++i) add_token(i);
  }
  ~Pages() override {
    service_.reset();
    db_.reset();
    std::filesystem::remove_all(folder_);
  }

  void add_user(const std::string& name, const std::string& email) {
    const UserId id = UserId::make();
    write([&](Transaction& tx) -> Result<void> {
      auto done = tx.execute(
          "INSERT INTO users (id, email, name, role, status, created_at, number) VALUES ($1, $2, $3, "
          "'member', "
          "'active', 0, $4)",
          {std::string_view(id.str()), std::string_view(email), std::string_view(name),
           std::int64_t(users_.size() + 1)});
      if (!done) return fail(done.error());
      auto put = search_index::put(tx, search_index::Table::kUsers, std::int64_t(users_.size() + 1),
                                   search_index::joined({name, email}));
      if (!put) return put;
      return tx.changed("user", id.str());
    });
    users_.push_back({id, name, email});
  }
  void add_token(int i) {
    const char* names[] = {"Laptop", "laptop", "CI runner", "50% \"quoted\"", "a_b"};
    const auto& owner = users_[std::size_t(i * 7 % 5)];
    clock_.advance(i % 3 == 0 ? 0 : 60);
    MintRequest request;
    request.name = names[i % 5] + (i % 2 == 0 ? " " + std::to_string(i) : std::string());
    if (i % 6 == 1) request.expires_at = clock_.now() + (i % 12 == 1 ? 3 : 300) * kMicrosPerDay;
    Token token = service_->mint(owner.id, request).value().token;
    if (i % 4 == 2) {
      const LastUse use{token.id, CredentialKind::kPat, clock_.now() + i % 8 * kMicrosPerDay, "192.0.2.1",
                        "c"};
      write([&](Transaction& tx) -> Result<void> {
        if (auto done = token_store::set_last_use(tx, use); !done) return fail(done.error());
        return {};
      });
    }
    if (i % 9 == 4) service_->revoke({owner.id, false}, token.id, "left").value();
    token = service_->get({owner.id, false}, token.id).value();
    known_.push_back({token, owner.name, owner.email, known_.size()});
  }
  void write(const Database::Work& work) { db_->write(work).value(); }

  static bool holds(const std::string& text, const std::string& query) {
    const std::string lower = to_lower_ascii(text);
    return query.size() >= 3 ? lower.find(query) != std::string::npos : lower.starts_with(query);
  }
  bool matches(const Known& known, const TokenFilter& filter) const {
    const Token& token = known.token;
    const std::string query = to_lower_ascii(filter.query);
    const bool ended = token.revoked_at.has_value();
    if ((filter.status == TokenListStatus::kActive && ended) ||
        (filter.status == TokenListStatus::kInactive && !ended))
      return false;
    if (!filter.owner.empty() && token.owner.str() != filter.owner) return false;
    if (filter.never_used && token.last_used_at) return false;
    if (filter.has_unused_for() &&
        token.last_used_at.value_or(token.created_at) >= filter.unused_since(clock_.now()))
      return false;
    if (filter.has_expiring_within() &&
        (!token.expires_at || *token.expires_at >= filter.expiring_by(clock_.now())))
      return false;
    return query.empty() || holds(token.name, query) || holds(known.owner_name, query) ||
           holds(known.owner_email, query) || (query.size() >= 3 && holds(token.last4, query));
  }
  std::vector<std::string> expected(const TokenFilter& filter) const {
    const auto key = [&](const Known& known) {
      const Token& token = known.token;
      std::tuple<std::string, std::int64_t, std::string, std::size_t> out{"", 0, "", known.number};
      if (filter.order == TokenOrder::kName) std::get<0>(out) = to_lower_ascii(token.name);
      if (filter.order == TokenOrder::kOwner) {
        std::get<0>(out) = to_lower_ascii(known.owner_name);
        std::get<2>(out) = token.owner.str();
      }
      if (filter.order == TokenOrder::kLastUsed) std::get<1>(out) = token.last_used_at.value_or(0);
      if (filter.order == TokenOrder::kExpiry) std::get<1>(out) = token.expires_at.value_or(INT64_MAX);
      return out;
    };
    std::vector<Known> all;
    for (const Known& known : known_) {
      if (matches(known, filter)) all.push_back(known);
    }
    std::sort(all.begin(), all.end(), [&](const Known& a, const Known& b) {
      return filter.descending ? key(b) < key(a) : key(a) < key(b);
    });
    std::vector<std::string> names;
    for (const Known& known : all) names.push_back(known.token.id.str());
    return names;
  }
  TokenPage page(const TokenFilter& filter, const token_page_store::PageBounds& bounds) {
    TokenPage page;
    auto done = db_->read([&](Transaction& tx) -> Result<void> {
      auto found = token_page_store::page(
          tx, filter, [&](std::span<const TokenId> ids) { return index_.unwritten_uses(ids); }, clock_.now(),
          bounds);
      if (!found) return fail(found.error());
      page = std::move(*found);
      return {};
    });
    EXPECT_TRUE(done);
    return page;
  }
  // Every page to the last, and back to the first; the ids in the order of the list.
  void expect_all_pages(TokenFilter filter, const token_page_store::PageBounds& bounds) {
    const auto wanted = expected(filter);
    filter.limit = 7;
    std::vector<std::string> forward, backward;
    TokenPage last;
    for (int pages = 0;; ++pages) {
      ASSERT_LT(pages, 400) << "the pages never end";
      last = page(filter, bounds);
      for (const Token& token : last.items) forward.push_back(token.id.str());
      EXPECT_LE(last.items.size(), 7U);
      EXPECT_EQ(last.total.value_or(std::int64_t(wanted.size())), std::int64_t(wanted.size()));
      if (last.next.empty()) break;
      filter.cursor = last.next;
    }
    EXPECT_EQ(forward, wanted);
    for (int pages = 0; !last.previous.empty(); ++pages) {
      ASSERT_LT(pages, 400) << "the way back never ends";
      const bool first_page_again = filter.cursor.empty();
      ASSERT_FALSE(first_page_again);
      filter.cursor = last.previous;
      last = page(filter, bounds);
      std::vector<std::string> ids;
      for (const Token& token : last.items) ids.push_back(token.id.str());
      backward.insert(backward.begin(), ids.begin(), ids.end());
    }
    // The first page comes whole, so that the way back may show some tokens of it twice.
    EXPECT_EQ(std::set<std::string>(backward.begin(), backward.end()).size() <= wanted.size(), true);
    if (!backward.empty()) {
      EXPECT_EQ(backward.front(), wanted.front());
    }
  }

  struct Owner {
    UserId id;
    std::string name, email;
  };
  std::string folder_;
  FixedClock clock_;
  std::unique_ptr<Database> db_;
  CredentialIndex index_;
  std::unique_ptr<TokenService> service_;
  std::vector<Owner> users_;
  std::vector<Known> known_;
};

std::vector<TokenFilter> filters(const std::string& owner) {
  std::vector<TokenFilter> all(1);
  for (const char* query : {"laptop", "LAPTOP 1", "bob", "an", "l", "zoë", "example.com", "user3@", "50%",
                            "\"quo", "a_b", "%", "_", "nothing like it"}) {
    all.emplace_back();
    all.back().query = query;
  }
  all.emplace_back().owner = owner;
  all.emplace_back().never_used = true;
  all.emplace_back().unused_for = std::chrono::days(2);
  all.emplace_back().expiring_within = std::chrono::days(30);
  all.emplace_back().never_used = true;
  all.back().query = "laptop";
  return all;
}

TEST_F(Pages, EveryOrderAndFilterListsTheTokensOfAScan) {
  token_page_store::PageBounds none, tight;
  none.candidates = none.sorted = 0;  // nothing is few: every page is a walk
  tight.candidates = tight.sorted = 10;
  tight.walk = 20;
  tight.users = 2;
  for (TokenFilter filter : filters(users_[1].id.str())) {
    for (const auto status : {TokenListStatus::kActive, TokenListStatus::kInactive, TokenListStatus::kAll}) {
      for (const auto order : {TokenOrder::kCreated, TokenOrder::kName, TokenOrder::kOwner,
                               TokenOrder::kLastUsed, TokenOrder::kExpiry}) {
        for (const bool descending : {false, true}) {
          filter.status = status;
          filter.order = order;
          filter.descending = descending;
          for (const auto& bounds : {token_page_store::PageBounds(), none, tight}) {
            SCOPED_TRACE("status " + std::to_string(int(status)) + " order " + std::to_string(int(order)) +
                         (descending ? " desc" : "") + " query=" + filter.query +
                         " walk=" + std::to_string(bounds.walk) + " sorted=" + std::to_string(bounds.sorted));
            expect_all_pages(filter, bounds);
            if (HasFailure()) return;
          }
        }
      }
    }
  }
}

TEST_F(Pages, ACursorOfAnotherOrderOrMadeUpIsRefused) {
  TokenFilter filter;
  filter.limit = 5;
  filter.cursor = service_->search(filter)->next;
  filter.order = TokenOrder::kName;
  EXPECT_EQ(service_->search(filter).error().code, ErrorCode::kInvalidArgument);
  for (const char* made_up : {"x", "W10", "bnVsbA", "////", "WzEsMiwzLDQsNV0"}) {
    filter.cursor = made_up;
    EXPECT_EQ(service_->search(filter).error().code, ErrorCode::kInvalidArgument) << made_up;
  }
}

TEST_F(Pages, TheKeptCountsAreWhatAScanCounts) {
  const auto check = [&] {
    std::int64_t active = 0, never_used = 0;
    std::set<std::string> owners;
    EXPECT_TRUE(db_->read([&](Transaction& tx) {
      return tx.for_each("SELECT user_id, last_used_at FROM tokens WHERE ended = 0", {},
                         [&](const SqlRow& row) {
                           ++active;
                           never_used += row.is_null(1);
                           owners.insert(row.text(0));
                         });
    }));
    const TokenStats stats = service_->stats().value();
    EXPECT_EQ(stats.active, active);
    EXPECT_EQ(stats.never_used, never_used);
    EXPECT_EQ(stats.users, std::int64_t(owners.size()));
    EXPECT_EQ(page({}, {}).total, active);
  };
  check();
  service_->revoke_all_of({users_[2].id, false}, users_[2].id, "left").value();
  check();
  clock_.advance(10 * 86'400);
  service_->mark_expired().value();
  check();
  TokenFilter inactive;
  inactive.status = TokenListStatus::kInactive;
  bool expired = false;
  inactive.limit = 200;
  for (const Token& token : page(inactive, {}).items)
    expired = expired || token.status(clock_.now()) == TokenStatus::kExpired;
  EXPECT_TRUE(expired);
}

TEST_F(Pages, AUseThatIsNotWrittenYetShowsAndNothingIsWrittenForIt) {
  const auto minted = service_->mint(users_[0].id, {"fresh", ToolSurface::kAuto, {}}).value();
  const auto never_used = [&] {
    TokenFilter filter;
    filter.never_used = true;
    filter.query = "fresh";
    return page(filter, {}).items.size();
  };
  const std::int64_t before = service_->stats()->never_used;
  EXPECT_EQ(never_used(), 1U);
  ASSERT_TRUE(index_.find(sha256(minted.plaintext.reveal()), clock_.now(), "192.0.2.1", "client/1"));
  EXPECT_EQ(never_used(), 0U);
  EXPECT_EQ(service_->stats()->never_used, before - 1);
  EXPECT_EQ(service_->get({users_[0].id, false}, minted.token.id)->last_ip, "192.0.2.1");
  const std::size_t unwritten = index_.unwritten_uses(CredentialKind::kPat).size();
  EXPECT_EQ(unwritten, 1U);
  service_->flush_last_uses().value();
  EXPECT_TRUE(index_.unwritten_uses(CredentialKind::kPat).empty());
  EXPECT_EQ(service_->stats()->never_used, before - 1);
  EXPECT_EQ(service_->get({users_[0].id, false}, minted.token.id)->last_ip, "192.0.2.1");
}

TEST_F(Pages, OnlyTheNewestEndedTokensOfAUserAreKept) {
  const Owner& owner = users_.back();
  for (int i = 0; i < kMaxEndedTokensPerUser + 5; ++i) {
    const auto minted = service_->mint(owner.id, {"brief " + std::to_string(i), ToolSurface::kAuto, {}});
    service_->revoke({owner.id, false}, minted->token.id, "").value();
  }
  service_->mint(owner.id, {"lasting", ToolSurface::kAuto, {}}).value();
  EXPECT_EQ(service_->list(owner.id, false)->size(), std::size_t(kMaxEndedTokensPerUser) + 1);
  TokenFilter filter;
  filter.status = TokenListStatus::kAll;
  filter.query = "brief 0";
  EXPECT_EQ(page(filter, {}).items.size(), 0U) << "the search index forgets it as well";
  filter.query = "brief 1004";
  EXPECT_EQ(page(filter, {}).items.size(), 1U);
}

}  // namespace
}  // namespace wick
