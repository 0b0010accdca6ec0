// The tokens that can match a filter, where an index says that they are few.
#pragma once

#include <optional>
#include <vector>

#include "db/database.h"
#include "tokens/token.h"

namespace wick::token_page_store {

// What one page may read; smaller in tests only.
struct PageBounds {
  // So many candidates are looked at, when the order is that of creation, which their numbers tell by
  // themselves; and so many are read and sorted in any other order.
  std::int64_t candidates = 20'000, sorted = 2000;
  std::int64_t walk = 4000;   // rows of a walk
  std::int64_t users = 1000;  // whose tokens are candidates
};

// The states that the filter lists, as tokens.ended has them.
std::vector<std::int64_t> states_of(const TokenFilter& filter);

// The numbers of tokens among which are all that match, in no order.
struct Candidates {
  std::vector<std::int64_t> numbers;
  // Only those up to this number, from where the page begins: there may be more beyond. Set only where the
  // order is that of creation.
  std::optional<std::int64_t> cut;
  bool complete = true;  // false: only those from where the page begins
};

// nullopt when there may be more candidates than the bounds allow. `from`, `downwards`: where and in which
// direction the page begins, where the order is that of creation.
Result<std::optional<Candidates>> find_candidates(Transaction& tx, const TokenFilter& filter, Micros now,
                                                  const PageBounds& bounds, std::optional<std::int64_t> from,
                                                  bool downwards);

}  // namespace wick::token_page_store
