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
  std::int64_t walk = 5000;   // rows of a walk
  std::int64_t users = 2000;  // users of a walk by owner, or whose tokens are candidates
};

// The states that the filter lists, as tokens.ended has them.
std::vector<std::int64_t> states_of(const TokenFilter& filter);

// The numbers of tokens among which are all that match, in no order; nullopt when they may be more than the
// bounds allow.
Result<std::optional<std::vector<std::int64_t>>> find_candidates(Transaction& tx, const TokenFilter& filter,
                                                                 Micros now, const PageBounds& bounds);

}  // namespace wick::token_page_store
