// Pages of all tokens, sorted and filtered, for admins: the SQL, and the plan that bounds the cost of a page.
//
// A page is made in one of two ways. Both read a bounded number of rows (PageBounds):
//  - Few candidates: when an index shows that few tokens can match a filter, they are read and sorted in memory.
//  - A walk: otherwise the index of the order is read from the cursor on, and rows that do not match are skipped. With many
//    candidates, matches are frequent. After PageBounds::walk rows the page ends, with the matches and a cursor.
// A token is active or ended here by tokens.ended. A token that expires is marked within seconds (mark_expired), and is
// listed with its true status meanwhile.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "db/database.h"
#include "tokens/credential_index.h"
#include "tokens/token.h"
#include "tokens/token_candidates.h"

namespace wick::token_page_store {

// Returns the last uses of these tokens that are not in the database yet.
using UnwrittenUses = std::function<std::vector<LastUse>(std::span<const TokenId>)>;

// Errors: kInvalidArgument  the cursor belongs to another order
Result<TokenPage> page(Transaction& tx, const TokenFilter& filter, const UnwrittenUses& uses, Micros now,
                       const PageBounds& bounds = {});
// Reads the stored counts.
Result<TokenStats> stats(Transaction& tx);
// The number of these tokens that count as never used.
Result<std::int64_t> count_never_used(Transaction& tx, std::span<const LastUse> uses);
// count_expired() returns the number of expired tokens that are not marked, at most `most`. mark_expired() marks at most `most`
// of them and returns their number. Index: tokens_expiry.
Result<std::int64_t> count_expired(Transaction& tx, Micros now, std::int64_t most);
Result<std::int64_t> mark_expired(Transaction& tx, Micros now, std::int64_t most);

}  // namespace wick::token_page_store
