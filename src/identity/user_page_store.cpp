#include "identity/user_page_store.h"

#include <algorithm>

#include "base/text.h"
#include "db/page_cursor.h"
#include "db/search_index.h"
#include "identity/user_store.h"

namespace wick::user_page_store {
namespace {

constexpr std::int64_t kWalkStep = 250;  // rows read at a time

// The key as in the index of the order. Each index also ends with the number of the user.
const char* key_of(UserOrder order) {
  switch (order) {
    case UserOrder::kEmail:
      return "email";
    case UserOrder::kName:
      return "lower(name)";
    case UserOrder::kLastSignIn:
      return "COALESCE(last_sign_in_at, 0)";
    case UserOrder::kCreated:
      return "number";
  }
  return "number";
}

// One request for a page, inside one transaction.
class Pager {
 public:
  Pager(Transaction& tx, const UserFilter& filter)
      : tx_(tx),
        filter_(filter),
        query_(to_lower_ascii(filter.query)),
        by_substring_(search_index::can_find(query_)),
        role_(filter.role ? role_name(*filter.role) : ""),
        status_(filter.status ? status_name(*filter.status) : "") {}

  Result<UserPage> run() {
    if (!filter_.cursor.empty()) {
      WICK_TRY(cursor, PageCursor::parse(filter_.cursor, cursor_order()));
      from_ = cursor.place;
      backward_ = cursor.backward;
    }
    downwards_ = filter_.descending != backward_;
    WICK_TRY(candidates, gather());
    WICK_CHECK(candidates ? pick(*candidates) : walk());
    if (backward_ && !last_) {  // at the beginning, the whole first page is returned
      UserFilter first = filter_;
      first.cursor.clear();
      return Pager(tx_, first).run();
    }
    return finish();
  }

 private:
  bool matches(const User& user) const {
    if (filter_.status ? user.status != *filter_.status : user.status == UserStatus::kDeleted) return false;
    if (filter_.role && user.role != *filter_.role) return false;
    if (query_.empty()) return true;
    const std::string name = to_lower_ascii(user.name);
    if (!by_substring_) return name.starts_with(query_) || user.email.starts_with(query_);
    return name.find(query_) != std::string::npos || user.email.find(query_) != std::string::npos;
  }

  using Numbers = std::vector<std::int64_t>;

  // The users that can match, when an index shows that they are few; nullopt: the page is made by a walk.
  Result<std::optional<Numbers>> gather() {
    Numbers numbers;
    Result<void> done;
    if (!query_.empty()) {
      done = by_substring_ ? gather_substring(numbers) : gather_prefix(numbers);
    } else if (filter_.order != UserOrder::kEmail && (filter_.status || filter_.role)) {
      done = gather_filtered(numbers);
    } else {
      return std::nullopt;
    }
    if (!done) return fail(std::move(done.error()));
    if (std::int64_t(numbers.size()) > kMaxCandidates) return std::nullopt;
    return numbers;
  }
  Result<void> gather_substring(Numbers& numbers) {
    WICK_TRY(found, search_index::find(tx_, search_index::Table::kUsers, query_, kMaxCandidates + 1));
    numbers = std::move(found);
    return {};
  }
  // By users_name and the uniqueness of email.
  Result<void> gather_prefix(Numbers& numbers) {
    std::string end = query_;
    end.back() = char(end.back() + 1);  // UTF-8 never ends with 0xFF
    for (const char* sql : {"SELECT number FROM users WHERE lower(name) >= $1 AND lower(name) < $2 LIMIT $3",
                            "SELECT number FROM users WHERE email >= $1 AND email < $2 LIMIT $3"}) {
      auto done = tx_.for_each(sql, {std::string_view(query_), std::string_view(end), kMaxCandidates + 1},
                               [&](const SqlRow& row) { numbers.push_back(row.integer(0)); });
      if (!done) return done;
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return {};
  }
  // By users_role, users_status or users_status_role.
  Result<void> gather_filtered(Numbers& numbers) {
    std::vector<SqlParam> params;
    const std::string where = filtered(params);
    params.push_back(kMaxCandidates + 1);
    return tx_.for_each("SELECT number FROM users " + where + " LIMIT $" + std::to_string(params.size()),
                        params, [&](const SqlRow& row) { numbers.push_back(row.integer(0)); });
  }
  // The filters as a condition for these indexes.
  std::string filtered(std::vector<SqlParam>& params) const {
    std::string where = "WHERE status <> 'deleted'";
    if (filter_.status) {
      params.push_back(std::string_view(status_));
      where = "WHERE status = $1";
    }
    if (!filter_.role) return where;
    params.push_back(std::string_view(role_));
    return where + " AND role = $" + std::to_string(params.size());
  }

  Result<void> pick(const Numbers& numbers) {
    std::vector<User> all;
    for (const std::int64_t number : numbers) {
      auto done = tx_.for_each(std::string(user_store::kSelect) + "WHERE number = $1", {number},
                               [&](const SqlRow& row) { all.push_back(user_store::read(row)); });
      if (!done) return done;
    }
    std::sort(all.begin(), all.end(),
              [&](const User& a, const User& b) { return before(place_of(a), place_of(b)); });
    for (User& user : all) {
      if (matches(user) && (!from_ || before(*from_, place_of(user)))) keep(std::move(user));
    }
    return {};
  }

  Result<void> walk() {
    std::optional<Place> at = from_;
    const bool by_email = filter_.order == UserOrder::kEmail;
    const bool all_match = query_.empty() && (by_email || (!filter_.status && !filter_.role));
    for (std::int64_t walked = 0; !full();) {
      const std::int64_t wanted = all_match ? filter_.limit + 1 : kWalkStep;
      std::vector<User> rows;
      auto done = by_email ? read_by_email(at, wanted, rows) : read_by_key(at, wanted, rows);
      if (!done) return done;
      walked += std::int64_t(rows.size());
      if (!rows.empty()) at = place_of(rows.back());
      const bool exhausted = std::int64_t(rows.size()) < wanted;
      for (User& user : rows) {
        if (matches(user)) keep(std::move(user));
      }
      if (exhausted) return {};
      if (walked >= kMaxWalk && !full()) {
        last_ = at;
        return {};
      }
    }
    return {};
  }
  Result<void> read_rows(const std::string& sql, SqlParams params, std::vector<User>& rows) {
    return tx_.for_each(user_store::kSelect + sql, params,
                        [&](const SqlRow& row) { rows.push_back(user_store::read(row)); });
  }
  // By users_listed, users_role, users_status or users_status_role.
  Result<void> read_by_email(const std::optional<Place>& at, std::int64_t wanted, std::vector<User>& rows) {
    std::vector<SqlParam> params;
    std::string sql = filtered(params);
    if (at) {
      params.push_back(std::string_view(at->text));
      sql += std::string(" AND email ") + (downwards_ ? "<" : ">") + " $" + std::to_string(params.size());
    }
    params.push_back(wanted);
    sql += std::string(" ORDER BY email") + (downwards_ ? " DESC" : "");
    return read_rows(sql + " LIMIT $" + std::to_string(params.size()), params, rows);
  }
  // By users_name, users_signed_in or users_number. With a cursor there are two statements, because one
  // statement with "or" would read all rows with the cursor's key again.
  Result<void> read_by_key(const std::optional<Place>& at, std::int64_t wanted, std::vector<User>& rows) {
    const std::string key = key_of(filter_.order), after = downwards_ ? " < " : " > ",
                      way = downwards_ ? " DESC" : "";
    const std::string by_number = " ORDER BY number" + way;
    const bool created = filter_.order == UserOrder::kCreated;
    const std::string order = created ? by_number : " ORDER BY " + key + way + ", number" + way;
    if (!at) {
      const SqlParam params[] = {wanted};
      return read_rows(order + " LIMIT $1", params, rows);
    }
    if (created) {
      const SqlParam params[] = {at->number, wanted};
      return read_rows("WHERE number" + after + "$1" + by_number + " LIMIT $2", params, rows);
    }
    const SqlParam value =
        filter_.order == UserOrder::kName ? SqlParam(std::string_view(at->text)) : SqlParam(at->value);
    const SqlParam same[] = {value, at->number, wanted};
    auto done =
        read_rows("WHERE " + key + " = $1 AND number" + after + "$2" + by_number + " LIMIT $3", same, rows);
    const std::int64_t missing = wanted - std::int64_t(rows.size());
    if (!done || missing <= 0) return done;
    const SqlParam further[] = {value, missing};
    return read_rows("WHERE " + key + after + "$1" + order + " LIMIT $2", further, rows);
  }

  Place place_of(const User& user) const {
    switch (filter_.order) {
      case UserOrder::kEmail:
        return {user.email, 0, 0};
      case UserOrder::kName:
        return {to_lower_ascii(user.name), 0, user.number};
      case UserOrder::kLastSignIn:
        return {"", user.last_sign_in_at.value_or(0), user.number};
      case UserOrder::kCreated:
        break;
    }
    return {"", 0, user.number};
  }
  // Whether `a` comes before `b` in the direction of the scan.
  bool before(const Place& a, const Place& b) const { return downwards_ ? b < a : a < b; }
  bool full() const { return std::int64_t(items_.size()) > filter_.limit; }
  // One more item than the page has is kept, which shows that there is a next page.
  void keep(User user) {
    if (full()) return;
    items_.push_back(std::move(user));
    if (full()) last_ = place_of(items_[items_.size() - 2]);
  }
  std::string cursor_order() const {
    return std::string(key_of(filter_.order)) + (filter_.descending ? " desc" : " asc");
  }
  UserPage finish() {
    if (full()) items_.pop_back();
    UserPage page;
    const auto cursor = [&](const Place& place, bool backward) {
      return PageCursor{place, backward}.str(cursor_order());
    };
    if (last_) (backward_ ? page.previous : page.next) = cursor(*last_, backward_);
    // The cursor of the page before this one.
    if (from_) {
      const Place edge = items_.empty() ? *from_ : place_of(items_.front());
      (backward_ ? page.next : page.previous) = cursor(edge, !backward_);
    }
    if (backward_) std::reverse(items_.begin(), items_.end());
    page.items = std::move(items_);
    return page;
  }

  Transaction& tx_;
  const UserFilter& filter_;
  const std::string query_;
  const bool by_substring_;
  const std::string role_, status_;
  bool backward_ = false, downwards_ = false;
  std::optional<Place> from_, last_;  // last_: the beginning of the next page, when there may be one
  std::vector<User> items_;
};

}  // namespace

Result<UserPage> page(Transaction& tx, const UserFilter& filter) {
  return Pager(tx, filter).run();
}

}  // namespace wick::user_page_store
