#include "tokens/token_page_store.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include "base/text.h"
#include "db/page_cursor.h"
#include "db/search_index.h"
#include "tokens/token_store.h"

namespace wick::token_page_store {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();  // as in tokens_expiry
constexpr std::int64_t kWalkStep = 250;                                    // rows read at a time
constexpr std::int64_t kUserStep = 50;
constexpr std::int64_t kAnyState = -1;

// token_store::read() reads the columns from the fourth on. CROSS JOIN prevents SQLite from starting with users.
constexpr const char* kSelect =
    "SELECT t.number, u.name, u.email, t.ended, t.id, t.user_id, t.name, t.last4, t.tools, t.created_at, "
    "t.expires_at, t.last_used_at, t.last_ip, t.last_user_agent, t.revoked_at, t.revoked_by, "
    "t.revoked_reason, t.scope, t.description FROM tokens t CROSS JOIN users u ON u.id = t.user_id ";

// As cursors and the API name the order.
std::string_view order_name(TokenOrder order) {
  switch (order) {
    case TokenOrder::kName:
      return "name";
    case TokenOrder::kOwner:
      return "owner";
    case TokenOrder::kLastUsed:
      return "last_used_at";
    case TokenOrder::kExpiry:
      return "expires_at";
    case TokenOrder::kCreated:
      break;
  }
  return "created_at";
}

// The key as in the index of that order. Each index also ends with the number of the token.
const char* key_of(TokenOrder order) {
  switch (order) {
    case TokenOrder::kName:
      return "lower(t.name)";
    case TokenOrder::kLastUsed:
      return "COALESCE(t.last_used_at, 0)";
    case TokenOrder::kExpiry:
      return "COALESCE(t.expires_at, 9223372036854775807)";
    default:
      return "t.number";
  }
}

struct Found {
  Token token;
  bool skipped = false;  // does not match; only its place was read
  Place place;
};

std::string owner_key(std::string_view name, std::string_view id) {
  return to_lower_ascii(name) + '\0' + std::string(id);
}

// Columns of kSelect.
enum Column {
  kNumber,
  kOwnerName,
  kOwnerEmail,
  kEnded,
  kToken,
  kOwner,
  kName,
  kLast4,
  kCreatedAt = 9,
  kExpiresAt,
  kLastUsedAt
};

Place read_place(const SqlRow& row, TokenOrder order) {
  Place place;
  place.number = row.integer(kNumber);
  if (order == TokenOrder::kName) place.text = to_lower_ascii(row.bytes(kName));
  if (order == TokenOrder::kOwner) place.text = owner_key(row.bytes(kOwnerName), row.bytes(kOwner));
  if (order == TokenOrder::kLastUsed) place.value = row.integer(kLastUsedAt);  // NULL is 0
  if (order == TokenOrder::kExpiry) place.value = row.is_null(kExpiresAt) ? kNever : row.integer(kExpiresAt);
  return place;
}

bool holds(std::string_view text, std::string_view lower_query, bool anywhere) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a - 'A' + 'a') : a) == b; };
  if (anywhere)
    return std::search(text.begin(), text.end(), lower_query.begin(), lower_query.end(), same) != text.end();
  return text.size() >= lower_query.size() &&
         std::equal(lower_query.begin(), lower_query.end(), text.begin(),
                    [&](char query, char other) { return same(other, query); });
}

// One request for a page, inside one transaction.
class Pager {
 public:
  Pager(Transaction& tx, const TokenFilter& filter, const UnwrittenUses& uses, Micros now,
        const PageBounds& bounds)
      : tx_(tx),
        bounds_(bounds),
        filter_(filter),
        uses_(uses),
        now_(now),
        order_(filter.order),
        query_(to_lower_ascii(filter.query)),
        by_substring_(search_index::can_find(query_)) {}

  Result<TokenPage> run() {
    const std::string order = std::string(order_name(order_)) + (filter_.descending ? " desc" : " asc");
    PageCursor cursor;
    if (!filter_.cursor.empty()) {
      WICK_TRY(parsed, PageCursor::parse(filter_.cursor, order));
      cursor = std::move(parsed);
      from_ = cursor.place;
    }
    downwards_ = filter_.descending != cursor.backward;
    WICK_TRY(candidates, find_candidates(tx_, filter_, now_, bounds_,
                                         from_ ? std::optional(from_->number) : std::nullopt, downwards_));
    if (candidates) {
      WICK_CHECK(pick(std::move(*candidates)));
    } else {
      WICK_CHECK(walk());
    }
    if (cursor.backward && !last_) {  // at the beginning, the whole first page is returned
      TokenFilter first = filter_;
      first.cursor.clear();
      return Pager(tx_, first, uses_, now_, bounds_).run();
    }
    return finish(order, cursor.backward);
  }

 private:
  using Numbers = std::vector<std::int64_t>;

  // ---- Matching

  // Whether the row matches the filter.
  bool matches(const SqlRow& row) const {
    const bool ended = row.integer(kEnded) != 0;
    if ((filter_.status == TokenListStatus::kActive && ended) ||
        (filter_.status == TokenListStatus::kInactive && !ended))
      return false;
    if (!filter_.owner.empty() && row.bytes(kOwner) != filter_.owner) return false;
    if (filter_.never_used && !row.is_null(kLastUsedAt)) return false;
    if (filter_.has_unused_for() &&
        row.integer(row.is_null(kLastUsedAt) ? kCreatedAt : kLastUsedAt) >= filter_.unused_since(now_))
      return false;
    if (filter_.has_expiring_within() &&
        (row.is_null(kExpiresAt) || row.integer(kExpiresAt) >= filter_.expiring_by(now_)))
      return false;
    if (query_.empty()) return true;
    for (const int column : {int(kName), int(kOwnerName), int(kOwnerEmail)}) {
      if (holds(row.bytes(column), query_, by_substring_)) return true;
    }
    return by_substring_ && holds(row.bytes(kLast4), query_, true);
  }
  // Whether the token still matches with the uses that are not in the database. A use can only remove a match.
  bool still_matches(const Found& found) const {
    if (found.skipped) return false;
    const auto& used = found.token.last_used_at;
    if (filter_.never_used && used) return false;
    return !filter_.has_unused_for() || used.value_or(found.token.created_at) < filter_.unused_since(now_);
  }
  Found read_found(const SqlRow& row) const {
    Found found;
    found.place = read_place(row, order_);
    found.skipped = !matches(row);
    if (!found.skipped) found.token = token_store::read(row, kToken);
    return found;
  }

  // ---- Few candidates

  Result<std::optional<Found>> fetch(std::int64_t number) {
    std::optional<Found> found;
    WICK_CHECK(tx_.for_each(std::string(kSelect) + "WHERE t.number = $1", {number},
                            [&](const SqlRow& row) { found = read_found(row); }));
    return found;
  }

  Result<void> pick(Candidates candidates) {
    Numbers& numbers = candidates.numbers;
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    if (downwards_) std::reverse(numbers.begin(), numbers.end());
    if (order_ == TokenOrder::kCreated) return pick_in_order(candidates);
    std::vector<Found> all;
    for (const std::int64_t number : numbers) {
      WICK_TRY(found, fetch(number));
      if (found) all.push_back(std::move(*found));
    }
    overlay(all);
    std::erase_if(all, [&](const Found& found) { return !still_matches(found); });
    total_ = std::int64_t(all.size());
    std::sort(all.begin(), all.end(),
              [&](const Found& a, const Found& b) { return before(a.place, b.place); });
    for (Found& found : all) {
      if (!from_ || before(*from_, found.place)) keep(std::move(found));
    }
    return {};
  }
  // The numbers are already in the order of the page, so only the tokens of the page are read.
  Result<void> pick_in_order(const Candidates& candidates) {
    const Numbers& numbers = candidates.numbers;
    std::vector<Found> chunk;
    std::int64_t read = 0;
    // With so few candidates, the matches are counted.
    const bool whole = candidates.complete && std::int64_t(numbers.size()) <= bounds_.sorted;
    std::int64_t matching = 0;
    for (auto at = numbers.begin(); at != numbers.end() && (whole || (read < bounds_.walk && !full()));) {
      chunk.clear();
      for (; at != numbers.end() && std::int64_t(chunk.size()) < kWalkStep; ++at) {
        const bool passed = from_ && !before(*from_, Place{"", 0, *at});
        if (passed && !whole) continue;
        WICK_TRY(found, fetch(*at));
        if (found) chunk.push_back(std::move(*found));
      }
      read += std::int64_t(chunk.size());
      overlay(chunk);
      for (Found& found : chunk) {
        const bool passed = from_ && !before(*from_, found.place);
        const Place place = found.place;
        if (still_matches(found)) {
          ++matching;
          if (!passed) keep(std::move(found));
        }
        if (!whole && read >= bounds_.walk && !full()) last_ = place;
      }
    }
    if (whole) total_ = matching;
    if (candidates.cut && !last_) last_ = Place{"", 0, *candidates.cut};
    return {};
  }

  // ---- The walk

  // Tokens of one state, in order, read in steps.
  struct Stream {
    std::int64_t ended = 0;
    std::optional<Place> from;
    std::deque<Found> ahead;
    bool exhausted = false;
  };

  Result<void> walk() {
    std::vector<Stream> streams;
    if (order_ == TokenOrder::kOwner) {
      streams.push_back(
          {states_of(filter_).size() > 1 ? kAnyState : states_of(filter_).front(), from_, {}, false});
    } else {
      for (const std::int64_t ended : states_of(filter_)) streams.push_back({ended, from_, {}, false});
    }
    for (std::int64_t walked = 0; !full(); ++walked) {
      Stream* next = nullptr;
      for (Stream& stream : streams) {
        if (stream.ahead.empty() && !stream.exhausted) WICK_CHECK(read_ahead(stream));
        if (stream.ahead.empty()) continue;
        if (next == nullptr || before(stream.ahead.front().place, next->ahead.front().place)) next = &stream;
      }
      if (next == nullptr) return {};
      Found found = std::move(next->ahead.front());
      next->ahead.pop_front();
      const Place place = found.place;
      if (still_matches(found)) keep(std::move(found));
      if (walked >= bounds_.walk && !full()) {
        last_ = place;
        return {};
      }
    }
    return {};
  }
  Result<void> read_ahead(Stream& stream) {
    std::vector<Found> rows;
    const bool filtered = !query_.empty() || filter_.never_used || filter_.has_unused_for() ||
                          filter_.has_expiring_within() || !filter_.owner.empty();
    const std::int64_t wanted = filtered ? kWalkStep : filter_.limit + 1;
    auto done = order_ == TokenOrder::kOwner ? read_by_owner(stream, wanted, rows)
                                             : read_by_key(stream, wanted, rows);
    if (!done) return done;
    stream.exhausted = std::int64_t(rows.size()) < wanted;
    if (!rows.empty()) stream.from = rows.back().place;
    overlay(rows);
    for (Found& row : rows) stream.ahead.push_back(std::move(row));
    return {};
  }
  Result<void> read_rows(const std::string& where, SqlParams params, std::vector<Found>& rows) {
    return tx_.for_each(kSelect + where, params, [&](const SqlRow& row) { rows.push_back(read_found(row)); });
  }
  // With a cursor there are two statements, because one statement with "or" would read all rows with the cursor's key again.
  Result<void> read_by_key(const Stream& stream, std::int64_t wanted, std::vector<Found>& rows) {
    const std::string key = key_of(order_), after = downwards_ ? "<" : ">", way = downwards_ ? " DESC" : "";
    const std::string state = "WHERE t.ended = $1 ";
    const std::string by_number = "ORDER BY t.number" + way;
    const std::string order =
        order_ == TokenOrder::kCreated ? by_number : "ORDER BY " + key + way + ", t.number" + way;
    if (!stream.from) {
      const SqlParam params[] = {stream.ended, wanted};
      return read_rows(state + order + " LIMIT $2", params, rows);
    }
    const Place& from = *stream.from;
    const SqlParam value =
        order_ == TokenOrder::kName ? SqlParam(std::string_view(from.text)) : SqlParam(from.value);
    if (order_ == TokenOrder::kCreated) {
      const SqlParam params[] = {stream.ended, from.number, wanted};
      return read_rows(state + "AND t.number " + after + " $2 " + order + " LIMIT $3", params, rows);
    }
    const SqlParam same[] = {stream.ended, value, from.number, wanted};
    WICK_CHECK(read_rows(
        state + "AND " + key + " = $2 AND t.number " + after + " $3 " + by_number + " LIMIT $4", same, rows));
    const std::int64_t missing = wanted - std::int64_t(rows.size());
    if (missing <= 0) return {};
    const SqlParam further[] = {stream.ended, value, missing};
    return read_rows(state + "AND " + key + " " + after + " $2 " + order + " LIMIT $3", further, rows);
  }
  // Reads user by user in the order of users_name, and their tokens by tokens_user.
  Result<void> read_by_owner(Stream& stream, std::int64_t wanted, std::vector<Found>& rows) {
    const std::string after = downwards_ ? "<" : ">", way = downwards_ ? " DESC" : "";
    const bool any = stream.ended == kAnyState;
    const std::string state = any ? "" : " AND t.ended = $3";
    const std::size_t parameters = any ? 3 : 4;
    std::string name, id;
    if (stream.from) {
      const auto end = stream.from->text.find('\0');
      name = stream.from->text.substr(0, end);
      id = end == std::string::npos ? "" : stream.from->text.substr(end + 1);
      const std::string beyond = " AND t.number " + after + (any ? " $3" : " $4");
      const SqlParam of_state[] = {std::string_view(id), wanted, stream.ended, stream.from->number};
      const SqlParam of_any[] = {std::string_view(id), wanted, stream.from->number};
      WICK_CHECK(read_rows("WHERE t.user_id = $1" + state + beyond + " ORDER BY t.number" + way + " LIMIT $2",
                           any ? SqlParams(of_any) : SqlParams(of_state), rows));
    }
    bool is_started = stream.from.has_value();
    while (std::int64_t(rows.size()) < wanted) {
      std::vector<std::pair<std::string, std::string>> users;
      WICK_CHECK(next_users(stream.ended, is_started, name, id, users));
      if (users.empty()) return {};
      for (const auto& [user_name, user_id] : users) {
        const std::int64_t missing = wanted - std::int64_t(rows.size());
        if (missing <= 0) break;
        name = user_name;
        id = user_id;
        const SqlParam params[] = {std::string_view(id), missing, stream.ended};
        WICK_CHECK(read_rows("WHERE t.user_id = $1" + state + " ORDER BY t.number" + way + " LIMIT $2",
                             SqlParams(params, parameters - 1), rows));
      }
      is_started = true;
    }
    return {};
  }
  // The next users who have tokens of the state, by users_with_active, users_with_ended or users_with_any.
  Result<void> next_users(std::int64_t ended, bool is_started, const std::string& name, const std::string& id,
                          std::vector<std::pair<std::string, std::string>>& users) {
    const std::string after = downwards_ ? "<" : ">", way = downwards_ ? " DESC" : "";
    const std::string has = ended == kAnyState ? "active_tokens + ended_tokens > 0"
                            : ended == 0       ? "active_tokens > 0"
                                               : "ended_tokens > 0";
    const std::string select = "SELECT lower(name), id FROM users WHERE " + has;
    const auto take = [&](const SqlRow& row) { users.emplace_back(row.text(0), row.text(1)); };
    const std::string order = " ORDER BY lower(name)" + way + ", id" + way;
    if (!is_started) return tx_.for_each(select + order + " LIMIT $1", {kUserStep}, take);
    WICK_CHECK(
        tx_.for_each(select + " AND lower(name) = $1 AND id " + after + " $2 ORDER BY id" + way + " LIMIT $3",
                     {std::string_view(name), std::string_view(id), kUserStep}, take));
    if (!users.empty()) return {};
    return tx_.for_each(select + " AND lower(name) " + after + " $1" + order + " LIMIT $2",
                        {std::string_view(name), kUserStep}, take);
  }

  // ---- The page

  // Whether `a` comes before `b` in the direction of the scan.
  bool before(const Place& a, const Place& b) const { return downwards_ ? b < a : a < b; }
  bool full() const { return std::int64_t(items_.size()) > filter_.limit; }
  // One more item than the page has is kept, which shows that there is a next page.
  void keep(Found found) {
    if (full()) return;
    items_.push_back(std::move(found));
    if (full()) last_ = items_[items_.size() - 2].place;
  }
  // Applies the uses that are not in the database. The order of the tokens stays as in the database.
  void overlay(std::vector<Found>& found) const {
    std::vector<TokenId> ids;
    for (const Found& one : found) {
      if (!one.skipped) ids.push_back(one.token.id);
    }
    std::vector<LastUse> uses = uses_(ids);
    std::map<TokenId, LastUse*> by_id;
    for (LastUse& use : uses) by_id[use.id] = &use;
    if (by_id.empty()) return;
    for (Found& one : found) {
      if (const auto use = by_id.find(one.token.id); use != by_id.end()) show_use(one.token, *use->second);
    }
  }
  Result<TokenPage> finish(const std::string& order, bool backward) {
    if (full()) items_.pop_back();
    TokenPage page;
    std::optional<Place> first;
    if (!items_.empty()) first = items_.front().place;
    if (last_) (backward ? page.previous : page.next) = PageCursor{*last_, backward}.str(order);
    // The cursor of the page before this one.
    if (from_ && first) (backward ? page.next : page.previous) = PageCursor{*first, !backward}.str(order);
    if (from_ && !first) (backward ? page.next : page.previous) = PageCursor{*from_, !backward}.str(order);
    if (backward) std::reverse(items_.begin(), items_.end());
    for (Found& found : items_) page.items.push_back(std::move(found.token));
    page.total = total_;
    if (!page.total) WICK_CHECK(count_kept(page.total));
    return page;
  }
  // Reads the total when it is a stored count.
  Result<void> count_kept(std::optional<std::int64_t>& total) {
    if (!filter_.owner.empty() || !query_.empty() || filter_.has_unused_for() ||
        filter_.has_expiring_within())
      return {};
    if (filter_.never_used && filter_.status != TokenListStatus::kActive) return {};
    auto add_up = [&](const SqlRow& row) { total = row.integer(0); };
    return tx_.for_each(
        "SELECT SUM(value) FROM kept_counts WHERE (name = 'tokens_never_used' AND $1 = 1) OR "
        "(name = 'tokens_active' AND $1 = 0 AND $2 = 0) OR "
        "(name = 'tokens_ended' AND $1 = 0 AND $3 = 0)",
        {std::int64_t(filter_.never_used), std::int64_t(filter_.status == TokenListStatus::kInactive),
         std::int64_t(filter_.status == TokenListStatus::kActive)},
        add_up);
  }

  Transaction& tx_;
  const PageBounds& bounds_;
  const TokenFilter& filter_;
  const UnwrittenUses& uses_;
  const Micros now_;
  const TokenOrder order_;
  const std::string query_;
  const bool by_substring_;
  bool downwards_ = true;
  std::optional<Place> from_, last_;  // last_: the beginning of the next page, when there may be one
  std::vector<Found> items_;
  std::optional<std::int64_t> total_;
};

}  // namespace

Result<TokenPage> page(Transaction& tx, const TokenFilter& filter, const UnwrittenUses& uses, Micros now,
                       const PageBounds& bounds) {
  return Pager(tx, filter, uses, now, bounds).run();
}

Result<TokenStats> stats(Transaction& tx) {
  TokenStats stats;
  auto done = tx.for_each("SELECT name, value FROM kept_counts", {}, [&](const SqlRow& row) {
    if (row.bytes(0) == "tokens_active") stats.active = row.integer(1);
    if (row.bytes(0) == "users_with_tokens") stats.users = row.integer(1);
    if (row.bytes(0) == "tokens_never_used") stats.never_used = row.integer(1);
  });
  WICK_CHECK(done);
  return stats;
}

Result<std::int64_t> count_never_used(Transaction& tx, std::span<const LastUse> uses) {
  std::int64_t count = 0;
  for (const LastUse& use : uses) {
    WICK_CHECK(tx.for_each("SELECT 1 FROM tokens WHERE id = $1 AND ended = 0 AND last_used_at IS NULL",
                           {std::string_view(use.id.str())}, [&](const SqlRow&) { ++count; }));
  }
  return count;
}

Result<std::int64_t> count_expired(Transaction& tx, Micros now, std::int64_t most) {
  std::int64_t count = 0;
  WICK_CHECK(tx.for_each(
      "SELECT 1 FROM tokens WHERE ended = 0 AND COALESCE(expires_at, 9223372036854775807) <= $1 LIMIT $2",
      {now, most}, [&](const SqlRow&) { ++count; }));
  return count;
}

Result<std::int64_t> mark_expired(Transaction& tx, Micros now, std::int64_t most) {
  return tx.execute(
      "UPDATE tokens SET ended = 1 WHERE number IN (SELECT number FROM tokens WHERE ended = 0 AND "
      "COALESCE(expires_at, 9223372036854775807) <= $1 LIMIT $2)",
      {now, most});
}

}  // namespace wick::token_page_store
