#include "db/database.h"

#include <chrono>
#include <thread>

namespace wick {
namespace {

constexpr std::int64_t kDeleteStep = 500;
constexpr auto kDeletePause = std::chrono::milliseconds(5);

}  // namespace

Result<void> delete_in_steps(Database& db, std::string_view sql, Micros at) {
  for (;;) {
    std::int64_t deleted = 0;
    auto done = db.write_with_reserve([&](Transaction& tx) -> Result<void> {
      WICK_TRY(rows, tx.execute(sql, {at, kDeleteStep}));
      deleted = rows;
      return {};
    });
    if (!done) return done;
    if (deleted < kDeleteStep) return {};
    std::this_thread::sleep_for(kDeletePause);
  }
}

}  // namespace wick
