#include "oauth/device_service.h"

#include <algorithm>

#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "oauth/device_store.h"

namespace wick {
namespace {

using device_store::DeviceCodeStatus;

constexpr std::size_t kDeviceCodeBytes = 32;
constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";  // RFC 8628 §6.1: no vowels, so no words
static_assert(kLetters.size() == 20);

std::string random_user_code() {
  std::string code;
  while (code.size() < kUserCodeLetters) {
    for (const char byte : random_bytes(kUserCodeLetters)) {
      const auto value = static_cast<unsigned char>(byte);
      if (value < 240 && code.size() < kUserCodeLetters) code += kLetters[value % kLetters.size()];
    }
  }
  return code;
}

std::unexpected<Error> no_device_request() {
  return fail(
      ErrorCode::kNotFound,
      "There is no device waiting with this code: a code is valid once, for 10 minutes. Start again on "
      "the device.");
}

std::unexpected<DeviceError> refused(const char* code, const char* description) {
  return std::unexpected(DeviceError{code, description});
}
std::unexpected<DeviceError> no_code() {
  return refused("invalid_grant", "The device code is not valid, was used already, or is another client's.");
}
std::unexpected<DeviceError> unavailable() {
  return refused("temporarily_unavailable", "The server cannot do this now: try again in a moment.");
}

}  // namespace

std::string normal_user_code(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (c >= 'a' && c <= 'z') out += char(c - 'a' + 'A');
    if (c >= 'A' && c <= 'Z') out += c;
  }
  return out;
}

DeviceService::DeviceService(Database& db, GrantService& grants, const Clock& clock)
    : db_(db), grants_(grants), clock_(clock) {}

bool DeviceService::polls_too_fast(std::string_view device_code) {
  const Micros now = clock_.now();
  const std::lock_guard lock(mutex_);
  // The map has existing codes only, so that invented codes cannot fill it.
  const auto found = polls_.find(device_code);
  if (found == polls_.end()) return false;
  Polls& polls = found->second;
  const bool early = now - polls.last_at < to_micros(polls.interval);
  if (early) polls.interval += kDevicePollInterval;
  polls.last_at = now;
  return early;
}

Result<DeviceAuthorization> DeviceService::start(const DeviceRequest& request) {
  if (const auto wait = started_.take(request.ip, clock_.now()); wait.count() > 0)
    return fail(rate_limited("device codes were asked for from this network", wait));
  DeviceAuthorization made;
  made.device_code = Secret(random_hex(kDeviceCodeBytes));
  const std::string code = random_user_code();
  made.user_code = code.substr(0, kUserCodeLetters / 2) + "-" + code.substr(kUserCodeLetters / 2);
  made.expires_in = kDeviceCodeAge;
  made.interval = kDevicePollInterval;
  const auto digest = sha256(made.device_code.reveal());
  const auto user_digest = sha256(code);
  const Micros now = clock_.now();
  DeviceRequest stored = request;
  stored.user_agent = truncate_utf8(request.user_agent, kMaxUserAgentBytes);
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(waiting, device_store::count_waiting(tx, now));
    if (waiting >= kMaxDeviceCodes)
      return fail(ErrorCode::kLimit, "Too many devices wait for a decision: try again in a few minutes.");
    return device_store::insert(tx, digest, user_digest, stored, now + to_micros(kDeviceCodeAge));
  }));
  const std::lock_guard lock(mutex_);
  std::erase_if(polls_, [&](const auto& entry) { return entry.second.forget_at <= now; });
  polls_[std::string(as_bytes(digest))] = {0, now + to_micros(kDeviceCodeAge), kDevicePollInterval};
  return made;
}

Result<DeviceRequest> DeviceService::find(std::string_view user_code) {
  const auto digest = sha256(normal_user_code(user_code));
  WICK_TRY(found,
           db_.read([&](Transaction& tx) { return device_store::find_waiting(tx, digest, clock_.now()); }));
  if (!found) return no_device_request();
  return std::move(*found);
}

Result<void> DeviceService::approve(std::string_view digest, const Approval& approval) {
  return db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(grant, grants_.create(tx, approval));
    return decide(tx, digest, grant);
  });
}

Result<void> DeviceService::deny(std::string_view digest) {
  return db_.write_with_reserve([&](Transaction& tx) { return decide(tx, digest, std::nullopt); });
}

Result<void> DeviceService::decide(Transaction& tx, std::string_view digest,
                                   const std::optional<TokenId>& grant) {
  const auto bytes = from_hex(digest);
  if (!bytes) return no_device_request();
  const auto decision = grant ? DeviceCodeStatus::kApproved : DeviceCodeStatus::kDenied;
  WICK_TRY(decided, device_store::decide(tx, *bytes, decision, grant, clock_.now()));
  if (decided != 1) return no_device_request();
  return {};
}

std::expected<TokenPair, DeviceError> DeviceService::poll(std::string_view device_code,
                                                          std::string_view client_id,
                                                          std::string_view user_agent) {
  const auto digest = sha256(device_code);
  const bool early = polls_too_fast(as_bytes(digest));
  const auto found = db_.read([&](Transaction& tx) { return device_store::find(tx, digest); });
  if (!found) return unavailable();
  if (!*found || (*found)->client_id != client_id || (*found)->status == DeviceCodeStatus::kTaken)
    return no_code();
  const device_store::DeviceCode& code = **found;
  if (code.expires_at <= clock_.now())
    return refused("expired_token", "The device code has expired: start again.");
  if (code.status == DeviceCodeStatus::kDenied) return refused("access_denied", "The user said no.");
  if (early) return refused("slow_down", "Wait five more seconds between two requests.");
  if (code.status != DeviceCodeStatus::kApproved || !code.grant)
    return refused("authorization_pending", "The user has not decided yet.");
  // nullopt: another poll took the tokens, or the grant has ended. The code stays taken.
  auto tokens = db_.write([&](Transaction& tx) -> Result<std::optional<TokenPair>> {
    WICK_TRY(taken, device_store::take_approved(tx, digest));
    if (taken != 1) return std::nullopt;
    auto made = grants_.first_tokens(tx, *code.grant, client_id, user_agent);
    if (!made && made.error().code == ErrorCode::kUnauthenticated) return std::nullopt;
    if (!made) return fail(std::move(made.error()));
    return std::move(*made);
  });
  if (!tokens) return unavailable();
  if (!*tokens) return no_code();
  return std::move(**tokens);
}

}  // namespace wick
