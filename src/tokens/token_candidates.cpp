#include "tokens/token_candidates.h"

#include "base/text.h"
#include "db/search_index.h"

namespace wick::token_page_store {
namespace {

using Numbers = std::vector<std::int64_t>;

class Search {
 public:
  Search(Transaction& tx, const TokenFilter& filter, Micros now, const PageBounds& bounds,
         std::optional<std::int64_t> from, bool downwards)
      : tx_(tx),
        filter_(filter),
        now_(now),
        most_(filter.by_creation() ? bounds.candidates : bounds.sorted),
        most_users_(bounds.users),
        most_sorted_(bounds.sorted),
        from_(from),
        downwards_(downwards),
        states_(states_of(filter)),
        query_(to_lower_ascii(filter.query)) {}

  // The candidates of the first filter that has few enough; nullopt: no filter has.
  Result<std::optional<Candidates>> find() {
    using Gather = Result<void> (Search::*)(Numbers&);
    std::vector<Gather> gathers;
    if (!filter_.owner.empty()) gathers.push_back(&Search::gather_owner);
    if (!query_.empty())
      gathers.push_back(search_index::can_find(query_) ? &Search::gather_substring : &Search::gather_prefix);
    if (filter_.never_used) gathers.push_back(&Search::gather_never_used);
    if (filter_.has_unused_for()) gathers.push_back(&Search::gather_unused);
    if (filter_.has_expiring_within()) gathers.push_back(&Search::gather_expiring);
    for (const Gather gather : gathers) {
      Numbers numbers;
      WICK_CHECK((this->*gather)(numbers));
      if (std::int64_t(numbers.size()) > most_) continue;
      return Candidates{std::move(numbers), std::nullopt, true};
    }
    if (filter_.by_creation() && search_index::can_find(query_)) return find_beyond();
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
    WICK_TRY(named, search_index::find(tx_, search_index::Table::kTokens, query_, most_ + 1));
    numbers = std::move(named);
    WICK_TRY(users, search_index::find(tx_, search_index::Table::kUsers, query_, most_users_ + 1));
    return gather_users(users, numbers);
  }
  // The tokens of these users, by tokens_user; more than most_ when the users are too many.
  Result<void> gather_users(const Numbers& users, Numbers& numbers) {
    if (std::int64_t(users.size()) > most_users_) numbers.resize(std::size_t(most_ + 1));
    for (const std::int64_t user : users) {
      const std::int64_t room = most_ + 1 - std::int64_t(numbers.size());
      if (room <= 0) break;
      WICK_CHECK(
          add("SELECT number FROM tokens WHERE user_id = (SELECT id FROM users WHERE number = $1) "
              "LIMIT $2",
              {user, room}, numbers));
    }
    return {};
  }
  // The part of the candidates that the page needs, in the order of the search index.
  Result<std::optional<Candidates>> find_beyond() {
    Candidates found;
    found.complete = false;
    WICK_TRY(users, search_index::find(tx_, search_index::Table::kUsers, query_, most_users_ + 1));
    WICK_CHECK(gather_users(users, found.numbers));
    if (std::int64_t(found.numbers.size()) > most_) return std::nullopt;
    WICK_TRY(named, search_index::find_beyond(tx_, search_index::Table::kTokens, query_, from_, downwards_,
                                              most_sorted_));
    if (most_sorted_ > 0 && std::int64_t(named.size()) == most_sorted_) {
      const std::int64_t last = named.back();
      found.cut = last;
      std::erase_if(found.numbers,
                    [&](std::int64_t number) { return downwards_ ? number < last : number > last; });
    } else if (most_sorted_ == 0) {
      return std::nullopt;
    }
    found.numbers.insert(found.numbers.end(), named.begin(), named.end());
    return found;
  }
  // By tokens_name, users_name and users_email.
  Result<void> gather_prefix(Numbers& numbers) {
    std::string end = query_;
    end.back() = char(end.back() + 1);  // UTF-8 never ends with 0xFF
    for (const std::int64_t ended : states_) {
      WICK_CHECK(
          add("SELECT number FROM tokens WHERE ended = $1 AND lower(name) >= $2 AND lower(name) < $3 "
              "LIMIT $4",
              {ended, std::string_view(query_), std::string_view(end), most_ + 1}, numbers));
    }
    Numbers users;
    for (const char* sql : {"SELECT number FROM users WHERE lower(name) >= $1 AND lower(name) < $2 LIMIT $3",
                            "SELECT number FROM users WHERE email >= $1 AND email < $2 LIMIT $3"}) {
      WICK_CHECK(add(sql, {std::string_view(query_), std::string_view(end), most_users_ + 1}, users));
    }
    return gather_users(users, numbers);
  }
  // By tokens_used.
  Result<void> gather_never_used(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      WICK_CHECK(add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(last_used_at, 0) = 0 LIMIT $2",
                     {ended, most_ + 1}, numbers));
    }
    return {};
  }
  Result<void> gather_unused(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      WICK_CHECK(add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(last_used_at, 0) < $2 LIMIT $3",
                     {ended, filter_.unused_since(now_), most_ + 1}, numbers));
    }
    return {};
  }
  // By tokens_expiry.
  Result<void> gather_expiring(Numbers& numbers) {
    for (const std::int64_t ended : states_) {
      WICK_CHECK(
          add("SELECT number FROM tokens WHERE ended = $1 AND COALESCE(expires_at, "
              "9223372036854775807) < $2 LIMIT $3",
              {ended, filter_.expiring_by(now_), most_ + 1}, numbers));
    }
    return {};
  }

  Transaction& tx_;
  const TokenFilter& filter_;
  const Micros now_;
  const std::int64_t most_, most_users_, most_sorted_;
  const std::optional<std::int64_t> from_;
  const bool downwards_;
  const std::vector<std::int64_t> states_;
  const std::string query_;
};

}  // namespace

std::vector<std::int64_t> states_of(const TokenFilter& filter) {
  if (filter.status == TokenListStatus::kActive) return {0};
  if (filter.status == TokenListStatus::kInactive) return {1};
  return {0, 1};
}

Result<std::optional<Candidates>> find_candidates(Transaction& tx, const TokenFilter& filter, Micros now,
                                                  const PageBounds& bounds, std::optional<std::int64_t> from,
                                                  bool downwards) {
  return Search(tx, filter, now, bounds, from, downwards).find();
}

}  // namespace wick::token_page_store
