// The tokens that can match a filter, when an index shows that they are few.
#pragma once

#include <optional>
#include <vector>

#include "db/database.h"
#include "tokens/token.h"

namespace wick::token_page_store {

// Limits of the rows that one page reads. Tests use smaller limits.
struct PageBounds {
  std::int64_t candidates = 20'000;  // in the order of creation, which is the order of the numbers
  std::int64_t sorted = 2000;        // candidates that are read and sorted, in any other order
  std::int64_t walk = 4000;          // rows of a walk
  std::int64_t users = 1000;         // users whose tokens are candidates
};

// The states that the filter lists, as tokens.ended has them.
std::vector<std::int64_t> states_of(const TokenFilter& filter);

// The numbers of tokens that include all matching tokens, in no order.
struct Candidates {
  std::vector<std::int64_t> numbers;
  // Set only in the order of creation: the numbers end here, and there may be more candidates beyond.
  std::optional<std::int64_t> cut;
  bool complete = true;  // false: only candidates from the beginning of the page on
};

// nullopt: there may be more candidates than the limits allow. `from` and `downwards` are the beginning and the direction of the
// page, in the order of creation.
Result<std::optional<Candidates>> find_candidates(Transaction& tx, const TokenFilter& filter, Micros now,
                                                  const PageBounds& bounds, std::optional<std::int64_t> from,
                                                  bool downwards);

}  // namespace wick::token_page_store
