#include "tokens/token_candidates.h"

#include "base/text.h"
#include "db/search_index.h"

namespace wick::token_page_store {
namespace {

using Numbers = std::vector<std::int64_t>;

// Stops at the first error.
#define PAGE_CHECK(expression) \
  if (auto checked = (expression); !checked) return fail(std::move(checked.error()))

class Candidates {
 public:
  Candidates(Transaction& tx, const TokenFilter& filter, Micros now, const PageBounds& bounds)
      : tx_(tx),
        filter_(filter),
        now_(now),
        most_(filter.by_creation() ? bounds.candidates : bounds.sorted),
        most_users_(bounds.users),
        states_(states_of(filter)),
        query_(to_lower_ascii(filter.query)) {}

  // The candidates of the first filter that leaves few enough; nullopt when none does.
  Result<std::optional<Numbers>> find() {
    using Gather = Result<void> (Candidates::*)(Numbers&);
    std::vector<Gather> gathers;
    if (!filter_.owner.empty()) gathers.push_back(&Candidates::gather_owner);
    if (!query_.empty())
      gathers.push_back(search_index::can_find(query_) ? &Candidates::gather_substring
                                                       : &Candidates::gather_prefix);
    if (filter_.never_used) gathers.push_back(&Candidates::gather_never_used);
    if (filter_.unused_days > 0) gathers.push_back(&Candidates::gather_unused);
    if (filter_.expiring_days > 0) gathers.push_back(&Candidates::gather_expiring);
    // The walk by owner passes users who have nothing of the state.
    if (filter_.sort == "owner" && filter_.status != "all") gathers.push_back(&Candidates::gather_state);
    for (const Gather gather : gathers) {
      Numbers numbers;
      PAGE_CHECK((this->*gather)(numbers));
      if (std::int64_t(numbers.size()) > most_) continue;
      return std::optional(std::move(numbers));
    }
    return std::nullopt;
  }

 private:
  Result<void> add(std::string_view sql, std::initializer_list<SqlParam> params, Numbers& numbers) {
    return tx_.for_each(sql, params, [&](const SqlRow& row) { numbers.push_back(row.integer(0)); });
  }

  // By tokens_user.
  Result<void> gather_owner(Numbers& numbers) {
    return add("SELECT number FROM tokens WHERE user_id = $1 LIMIT $2",
               {std::string_view(filter_.owner), most_ + 1}, numbers);
  }
  Result<void> gather_substring(Numbers& numbers) {
    auto named = search_index::find(tx_, search_index::Table::kTokens, query_, most_ + 1);
    if (!named) return fail(std::move(named.error()));
    numbers = std::move(*named);
    auto users = search_index::find(tx_, search_index::Table::kUsers, query_, most_users_ + 1);
    if (!users) return fail(std::move(users.error()));
    return gather_users(*users, numbers);
  }
  // Of these users, by tokens_user; more than most_ when they are too many.
  Result<void> gather_users(const Numbers& users, Numbers& numbers) {
    if (std::int64_t(users.size()) > most_users_) numbers.resize(std::size_t(most_ + 1));
    for (const std::int64_t user : users) {
      const std::int64_t room = most_ + 1 - std::int64_t(numbers.size());
      if (room <= 0) break;
      PAGE_CHECK(
          add("SELECT number FROM tokens WHERE user_id = (SELECT id FROM users WHERE number = $1) "
              "LIMIT $2",
              {user, room}, numbers));
    }
    return {};
  }
  // By tokens_name, users_name and users_email.
  Result<void> gather_prefix(Numbers& numbers) {
    std::string end = query_;
    end.back() = char(end.back() + 1);  // ends with no 0xFF: it is UTF-8
    for (const std::int64_t ended : states_) {
      PAGE_CHECK(
          add("SELECT number FROM tokens WHERE ended = $1 AND lower(name) >= $2 AND lower(name) < $3 "
              "LIMIT $4",
              {ended, std::string_view(query_), std::string_view(end), most_ + 1}, numbers));
    }
    Numbers users;
    for (const char* sql : {"SELECT number FROM users WHERE lower(name) >= $1 AND lower(name) < $2 LIMIT $3",
                            "SELECT number FROM users WHERE email >= $1 AND email < $2 LIMIT $3"}) {
      PAGE_CHECK(add(sql, {std::string_view(query_), std::string_view(end), most_users_ + 1}, users));
    }
    return gather_users(users, numbers);
  }
  // By tokens_used.
  Result<void> gather_never_used(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      PAGE_CHECK(add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(last_used_at, 0) = 0 LIMIT $2",
                     {ended, most_ + 1}, numbers));
    }
    return {};
  }
  Result<void> gather_unused(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      PAGE_CHECK(add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(last_used_at, 0) < $2 LIMIT $3",
                     {ended, filter_.unused_since(now_), most_ + 1}, numbers));
    }
    return {};
  }
  // By tokens_expiry.
  Result<void> gather_expiring(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      PAGE_CHECK(
          add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(expires_at, "
              "9223372036854775807) < $2 LIMIT $3",
              {ended, filter_.expiring_by(now_), most_ + 1}, numbers));
    }
    return {};
  }
  // By tokens_state.
  Result<void> gather_state(Numbers& numbers) {
    return add("SELECT number FROM tokens WHERE ended = $1 LIMIT $2", {states_.front(), most_ + 1}, numbers);
  }

  Transaction& tx_;
  const TokenFilter& filter_;
  const Micros now_;
  const std::int64_t most_, most_users_;
  const std::vector<std::int64_t> states_;
  const std::string query_;
};

}  // namespace

std::vector<std::int64_t> states_of(const TokenFilter& filter) {
  if (filter.status == "active") return {0};
  if (filter.status == "inactive") return {1};
  return {0, 1};
}

Result<std::optional<Numbers>> find_candidates(Transaction& tx, const TokenFilter& filter, Micros now,
                                               const PageBounds& bounds) {
  return Candidates(tx, filter, now, bounds).find();
}

}  // namespace wick::token_page_store
