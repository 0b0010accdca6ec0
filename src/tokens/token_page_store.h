// Pages of all tokens, sorted and filtered, for admins: the SQL, and the plan that keeps each page quick with
// any number of tokens.
//
// A page is made in one of two ways, and either reads a bounded number of rows (PageBounds):
//  - Few candidates: when an index says that few tokens can match a filter, they are read and sorted here.
//  - A walk: otherwise the index of the order is followed from the cursor, and what does not match is passed
//    over. Matches are frequent then, for there are many candidates; after PageBounds::walk rows the page
//    ends, with what was found and a cursor to go on.
// "Active" and "ended" here are what tokens.ended says: a token that expires is marked within seconds
// (mark_expired), and is listed with its true status meanwhile.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "db/database.h"
#include "tokens/credential_index.h"
#include "tokens/token.h"
#include "tokens/token_candidates.h"

namespace wick::token_page_store {

// The last uses that are not yet in the database, of some tokens.
using UnwrittenUses = std::function<std::vector<LastUse>(std::span<const TokenId>)>;

// Errors: kInvalidArgument  the cursor is not of this order
Result<TokenPage> page(Transaction& tx, const TokenFilter& filter, const UnwrittenUses& uses, Micros now,
                       const PageBounds& bounds = {});
// From the kept counts.
Result<TokenStats> stats(Transaction& tx);
// Of these tokens, how many are counted as never used.
Result<std::int64_t> count_never_used(Transaction& tx, std::span<const LastUse> uses);
// How many tokens have expired and are not marked, at most `most`; and marks at most as many. By
// tokens_expiry.
Result<std::int64_t> count_expired(Transaction& tx, Micros now, std::int64_t most);
Result<std::int64_t> mark_expired(Transaction& tx, Micros now, std::int64_t most);

}  // namespace wick::token_page_store
