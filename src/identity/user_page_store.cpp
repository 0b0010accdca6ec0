#include "identity/user_page_store.h"

#include <algorithm>

#include "base/text.h"
#include "db/page_cursor.h"
#include "db/search_index.h"
#include "identity/user_store.h"

namespace wick::user_page_store {
namespace {

constexpr const char* kOrder = "email";
constexpr std::int64_t kWalkStep = 250;  // rows read at a time

// One request for a page. Lives inside one transaction.
class Pager {
 public:
  Pager(Transaction& tx, const UserFilter& filter)
      : tx_(tx),
        filter_(filter),
        query_(to_lower_ascii(filter.query)),
        by_substring_(search_index::can_find(query_)) {}

  Result<UserPage> run() {
    if (!filter_.cursor.empty()) {
      auto cursor = PageCursor::parse(filter_.cursor, kOrder);
      if (!cursor) return fail(std::move(cursor.error()));
      from_ = cursor->place.text;
      backward_ = cursor->backward;
    }
    std::vector<std::int64_t> candidates;
    Result<void> done;
    if (!query_.empty()) done = by_substring_ ? gather_substring(candidates) : gather_prefix(candidates);
    if (!done) return fail(std::move(done.error()));
    const bool few = !query_.empty() && std::int64_t(candidates.size()) <= kMaxCandidates;
    if (done = few ? pick(candidates) : walk(); !done) return fail(std::move(done.error()));
    if (backward_ && !last_) {  // the beginning is reached: a whole first page
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

  Result<void> gather_substring(std::vector<std::int64_t>& numbers) {
    auto found = search_index::find(tx_, search_index::Table::kUsers, query_, kMaxCandidates + 1);
    if (!found) return fail(std::move(found.error()));
    numbers = std::move(*found);
    return {};
  }
  // By users_name and the uniqueness of email.
  Result<void> gather_prefix(std::vector<std::int64_t>& numbers) {
    std::string end = query_;
    end.back() = char(end.back() + 1);  // ends with no 0xFF: it is UTF-8
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

  Result<void> pick(const std::vector<std::int64_t>& numbers) {
    std::vector<User> all;
    for (const std::int64_t number : numbers) {
      auto done = tx_.for_each(std::string(user_store::kSelect) + "WHERE number = $1", {number},
                               [&](const SqlRow& row) { all.push_back(user_store::read(row)); });
      if (!done) return done;
    }
    std::sort(all.begin(), all.end(), [&](const User& a, const User& b) { return before(a.email, b.email); });
    for (User& user : all) {
      if (matches(user) && (!from_ || before(*from_, user.email))) keep(std::move(user));
    }
    return {};
  }

  // By users_listed, users_role, users_status or users_status_role.
  Result<void> walk() {
    const std::string role(filter_.role ? role_name(*filter_.role) : "");
    const std::string status(filter_.status ? status_name(*filter_.status) : "");
    std::optional<std::string> at = from_;
    for (std::int64_t walked = 0; !full();) {
      std::vector<SqlParam> params;
      const auto place = [&](SqlParam value) {
        params.push_back(value);
        return "$" + std::to_string(params.size());
      };
      std::string sql = user_store::kSelect;
      if (filter_.status) {
        sql += "WHERE status = " + place(std::string_view(status));
      } else {
        sql += "WHERE status <> 'deleted'";
      }
      if (filter_.role) sql += " AND role = " + place(std::string_view(role));
      if (at)
        sql += std::string(" AND email ") + (backward_ ? "<" : ">") + " " + place(std::string_view(*at));
      const std::int64_t wanted = query_.empty() ? filter_.limit + 1 : kWalkStep;
      sql += std::string(" ORDER BY email") + (backward_ ? " DESC" : "") + " LIMIT " + place(wanted);
      std::vector<User> rows;
      auto done =
          tx_.for_each(sql, params, [&](const SqlRow& row) { rows.push_back(user_store::read(row)); });
      if (!done) return done;
      walked += std::int64_t(rows.size());
      if (!rows.empty()) at = rows.back().email;
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

  // In the direction of the scan.
  bool before(const std::string& a, const std::string& b) const { return backward_ ? b < a : a < b; }
  bool full() const { return std::int64_t(items_.size()) > filter_.limit; }
  // One more than the page holds is kept: it says that there is more.
  void keep(User user) {
    if (full()) return;
    items_.push_back(std::move(user));
    if (full()) last_ = items_[items_.size() - 2].email;
  }
  UserPage finish() {
    if (full()) items_.pop_back();
    UserPage page;
    const auto cursor = [](const std::string& email, bool backward) {
      return PageCursor{{email, 0, 0}, backward}.str(kOrder);
    };
    if (last_) (backward_ ? page.previous : page.next) = cursor(*last_, backward_);
    // Back to where the request came from.
    if (from_) {
      const std::string& edge = items_.empty() ? *from_ : items_.front().email;
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
  bool backward_ = false;
  std::optional<std::string> from_, last_;  // last_: where the next page begins, when there may be one
  std::vector<User> items_;
};

}  // namespace

Result<UserPage> page(Transaction& tx, const UserFilter& filter) {
  return Pager(tx, filter).run();
}

}  // namespace wick::user_page_store
