// The pools of worker threads that an instance has, by their options.
#pragma once

#include "app/settings.h"
#include "base/fair_pool.h"

namespace wick {

inline constexpr std::size_t kMaxSearchesPerUser = 16;  // that wait or run

// For coroutines that use the database: OAuth, sign-in by a provider, accounts, notes. A user may have as many jobs
// here as calls. Requests that read a lot have threads of their own, so other work does not wait for them.
FairPoolOptions database_pool(const Settings& settings);
// For work with large messages that takes long, after the io threads. It is never refused to a call under way.
FairPoolOptions long_work_pool(const Settings& settings);
FairPoolOptions search_pool();

}  // namespace wick
