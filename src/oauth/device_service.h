// DeviceService: device authorization (RFC 8628), for `wick login` and agents without a browser.
//
// A device gets a device_code, which it keeps and polls with, and a user_code, which a person who is signed
// in types in elsewhere. Both are stored as SHA-256. A user_code has 8 letters of 20 (34 bits): it is good
// for kDeviceCodeAge, and wrong ones are slowed down per person by the callers of find(). The person decides
// through AuthorizationService, like any other request.
//
// Why a device code gives tokens once: its row goes from waiting to approved and from approved to taken by
// conditional UPDATEs whose row count must be 1, each in the transaction that makes the grant or the tokens.
// How often a device has polled is this node's memory alone: losing it costs a device nothing.
// Thread-safe; all of it blocks.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/rate_limiter.h"
#include "db/database.h"
#include "oauth/grant_service.h"

namespace wick {

inline constexpr Micros kDeviceCodeAge = 10 * 60 * kMicrosPerSecond;
inline constexpr int kDevicePollSeconds = 5;  // between two polls; RFC 8628 §3.5: slow_down adds as much
inline constexpr std::int64_t kMaxDeviceCodes = 10'000;  // that wait, in all
inline constexpr int kMaxDeviceCodesPerHour = 120;       // from one client, see AddressQuota
inline constexpr std::size_t kUserCodeLetters = 8;
// Wrong user codes of one person: a burst, then one more in each period.
inline constexpr int kUserCodeGuesses = 5;
inline constexpr Micros kUserCodePeriod = 60 * kMicrosPerSecond;

struct DeviceAuthorization {
  Secret device_code;
  std::string user_code;  // WDJB-MJHT
  int expires_in_seconds = 0, interval_seconds = 0;
};

// What a device asks for.
struct DeviceRequest {
  std::string digest;  // of the device_code, in hex: names the request, and is no secret
  std::string client_id, oauth_scope, resource, ip, user_agent;
};

// How a poll ends without tokens: RFC 8628 §3.5 and RFC 6749 §5.2 name the code.
struct DeviceError {
  std::string code, description;
};

class DeviceService {
 public:
  DeviceService(Database& db, GrantService& grants, const Clock& clock);

  // Errors: kRateLimited  this address asks too often;  kLimit  too many wait
  Result<DeviceAuthorization> start(const DeviceRequest& request);
  // By the code as a person typed it. Errors: kNotFound  unknown, decided or expired
  Result<DeviceRequest> find(std::string_view user_code);
  // Errors: kNotFound  it has been decided or has expired
  Result<void> approve(std::string_view digest, const Approval& approval);
  Result<void> deny(std::string_view digest);
  // The first tokens, once.
  std::expected<TokenPair, DeviceError> poll(std::string_view device_code, std::string_view client_id,
                                             std::string_view user_agent);

 private:
  // Approves with a grant, denies without one.
  Result<void> decide(Transaction& tx, std::string_view digest, const std::optional<TokenId>& grant);
  // True when this poll comes too early.
  bool polls_too_fast(std::string_view device_code);

  struct Polls {
    Micros last_at = 0, forget_at = 0;
    int interval_seconds = kDevicePollSeconds;
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
