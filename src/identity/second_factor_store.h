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
  std::int64_t recovery_codes = 0;  // unused ones
};

// nullopt: the user has none.
Result<std::optional<Factor>> find(Transaction& tx, const std::string& user);
Result<void> insert(Transaction& tx, const std::string& user, const std::string& sealed, Micros at,
                    std::int64_t last_step);
// Marks the step as used. False: the step is not later than the last used step.
Result<bool> use_step(Transaction& tx, const std::string& user, std::int64_t step);
// Marks the recovery code as used. False: there is no such unused code.
Result<bool> use_recovery_code(Transaction& tx, const std::string& user, const Sha256Digest& digest);
// Replaces all earlier recovery codes.
Result<void> set_recovery_codes(Transaction& tx, const std::string& user,
                                const std::vector<Sha256Digest>& digests);
// Removes the second factor, its recovery codes and an enrolment in progress.
Result<void> remove(Transaction& tx, const std::string& user);

// Stores an enrolment that waits for its first code. It replaces an earlier enrolment of the user.
Result<void> put_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                           const std::string& sealed, Micros expires_at);
// Removes and returns the sealed secret of an enrolment that this session has started; empty: there is none.
Result<std::string> take_enrolment(Transaction& tx, const std::string& user, const std::string& session,
                                   Micros now);

// Removes the enrolments that have expired at `now`, in its own transactions.
Result<void> purge_enrolments(Database& db, Micros now);

}  // namespace wick::second_factor_store
