// Pages of users, sorted and filtered, for admins. Each reads a bounded number of rows, as
// tokens/token_page_store.h says.
#pragma once

#include "db/database.h"
#include "identity/user_service.h"

namespace wick::user_page_store {

inline constexpr std::int64_t kMaxCandidates = 2000;
inline constexpr std::int64_t kMaxWalk = 5000;

// Errors: kInvalidArgument  the cursor is none of this list
Result<UserPage> page(Transaction& tx, const UserFilter& filter);

}  // namespace wick::user_page_store
