// The SQL of second factors: each function inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "crypto/digest.h"
#include "db/database.h"

namespace wick::second_factor_store {

struct Factor {
  std::string secret;  // sealed
  Micros created_at = 0;
  std::int64_t last_step = 0;
  std::int64_t recovery_codes = 0;  // that are left
};

// nullopt: the user has none.
Result<std::optional<Factor>> find(Transaction& tx, const std::string& user);
Result<void> insert(Transaction& tx, const std::string& user, const std::string& sealed, Micros at,
                    std::int64_t last_step);
// Whether `step` is later than every one that was used before.
Result<bool> use_step(Transaction& tx, const std::string& user, std::int64_t step);
// Whether the code was there, and unused.
Result<bool> use_recovery_code(Transaction& tx, const std::string& user, const Sha256Digest& digest);
// In place of all earlier ones.
Result<void> set_recovery_codes(Transaction& tx, const std::string& user,
                                const std::vector<Sha256Digest>& digests);
// With its recovery codes and what is being enrolled.
Result<void> remove(Transaction& tx, const std::string& user);

// An enrolment that waits for its first code; one for each user, the latest.
Result<void> put_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                           const std::string& sealed, Micros expires_at);
// The sealed secret, if this session has begun it; empty: there is none.
Result<std::string> take_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                                   Micros now);

// Removes the enrolments that have expired at `now`, in transactions of its own.
Result<void> purge_enrolments(Database& db, Micros now);

}  // namespace wick::second_factor_store
