// The SQL of device codes (RFC 8628): one function per statement, each inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.h"
#include "db/database.h"
#include "oauth/device_service.h"

namespace wick::device_store {

enum class DeviceCodeStatus { kWaiting, kApproved, kDenied, kTaken };

struct DeviceCode {
  DeviceCodeStatus status = DeviceCodeStatus::kWaiting;
  std::string client_id;
  Micros expires_at = 0;
  std::optional<TokenId> grant;
};

Result<std::int64_t> count_waiting(Transaction& tx, Micros now);
// Inserts a code that waits for a decision. `digest` is that of the device code; `request.digest` is ignored.
Result<void> insert(Transaction& tx, const Sha256Digest& digest, const Sha256Digest& user_code_digest,
                    const DeviceRequest& request, Micros expires_at);
// The request that waits for a decision; nullopt when there is none.
Result<std::optional<DeviceRequest>> find_waiting(Transaction& tx, const Sha256Digest& user_code_digest,
                                                  Micros now);
Result<std::optional<DeviceCode>> find(Transaction& tx, const Sha256Digest& digest);
// decide() and take_approved() return 1 for exactly one of several concurrent calls.
Result<std::int64_t> decide(Transaction& tx, std::string_view digest, DeviceCodeStatus decision,
                            const std::optional<TokenId>& grant, Micros now);
Result<std::int64_t> take_approved(Transaction& tx, const Sha256Digest& digest);

}  // namespace wick::device_store
