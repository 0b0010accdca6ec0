// DeviceService: device authorization (RFC 8628), for `wick login` and agents without a browser.
//
// A device receives a device_code, with which it polls, and a user_code, which a signed-in user types in elsewhere. Both
// are stored as SHA-256. A user_code has 8 of 20 letters (34 bits) and is valid for kDeviceCodeAge. The callers of find()
// limit the wrong codes of each user. The user decides through AuthorizationService, as for any other request.
//
// A device code returns tokens once: its row changes from waiting to approved, and from approved to taken, by conditional
// UPDATEs whose row count must be 1. Each UPDATE is in the transaction that creates the grant or the tokens. The time of
// the last poll is kept in this node's memory only, because a device does not suffer from its loss. Thread-safe; all
// functions block.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/rate_limiter.h"
#include "db/database.h"
#include "oauth/grant_service.h"

namespace wick {

inline constexpr std::chrono::minutes kDeviceCodeAge{10};
inline constexpr std::chrono::seconds kDevicePollInterval{
    5};  // between two polls; slow_down adds the same (RFC 8628 §3.5)
inline constexpr std::int64_t kMaxDeviceCodes = 10'000;  // that wait for a decision
inline constexpr int kMaxDeviceCodesPerHour = 120;       // from one client, see AddressQuota
inline constexpr std::size_t kUserCodeLetters = 8;
// Wrong user codes of one user: a burst, then one more in each period.
inline constexpr int kUserCodeGuesses = 5;
inline constexpr std::chrono::seconds kUserCodePeriod{60};

struct DeviceAuthorization {
  Secret device_code;
  std::string user_code;  // WDJB-MJHT
  std::chrono::seconds expires_in{0}, interval{0};
};

// The request of a device.
struct DeviceRequest {
  std::string digest;  // of the device_code, in hex; identifies the request and is no secret
  std::string client_id, oauth_scope, resource, ip, user_agent;
};

// The result of a poll without tokens, with a code of RFC 8628 §3.5 or RFC 6749 §5.2.
struct DeviceError {
  std::string code, description;
};

class DeviceService {
 public:
  DeviceService(Database& db, GrantService& grants, const Clock& clock);

  // Errors: kRateLimited  too many requests from this address
  //         kLimit        kMaxDeviceCodes wait for a decision
  Result<DeviceAuthorization> start(const DeviceRequest& request);
  // Finds a request by the user code as it was typed. Errors: kNotFound  the code is unknown or has expired, or the request was
  // decided
  Result<DeviceRequest> find(std::string_view user_code);
  // Errors: kNotFound  the request was decided or has expired
  Result<void> approve(std::string_view digest, const Approval& approval);
  Result<void> deny(std::string_view digest);
  // Returns the tokens after the approval, once.
  std::expected<TokenPair, DeviceError> poll(std::string_view device_code, std::string_view client_id,
                                             std::string_view user_agent);

 private:
  // Approves with a grant, denies without one.
  Result<void> decide(Transaction& tx, std::string_view digest, const std::optional<TokenId>& grant);
  // Records the poll. True: the device polls too fast.
  bool polls_too_fast(std::string_view device_code);

  struct Polls {
    Micros last_at = 0, forget_at = 0;
    std::chrono::seconds interval = kDevicePollInterval;
  };
  Database& db_;
  GrantService& grants_;
  const Clock& clock_;
  AddressQuota started_{kMaxDeviceCodesPerHour};
  std::mutex mutex_;                                 // guards what follows
  std::map<std::string, Polls, std::less<>> polls_;  // by the digest of the device code
};

// Upper case, without spaces and dashes.
std::string normal_user_code(std::string_view typed);

}  // namespace wick
