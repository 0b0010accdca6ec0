// Pages of users, sorted and filtered, for admins. Each page reads a bounded number of rows (see tokens/token_page_store.h).
#pragma once

#include "db/database.h"
#include "identity/user_service.h"

namespace wick::user_page_store {

inline constexpr std::int64_t kMaxCandidates = 2000;
inline constexpr std::int64_t kMaxWalk = 5000;

// Errors: kInvalidArgument  the cursor does not belong to this list
Result<UserPage> page(Transaction& tx, const UserFilter& filter);

}  // namespace wick::user_page_store
