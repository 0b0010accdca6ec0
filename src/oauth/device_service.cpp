#include "oauth/device_service.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace wick {
namespace {

constexpr std::size_t kDeviceCodeBytes = 32;
constexpr std::size_t kMaxUserAgentBytes = 300;
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

std::unexpected<Error> no_request() {
  return fail(
      ErrorCode::kNotFound,
      "There is no device waiting with this code: codes are good once, for 10 minutes. Start again on "
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
  // Only codes that exist are kept, so that nobody fills this map with inventions.
  const auto found = polls_.find(device_code);
  if (found == polls_.end()) return false;
  Polls& polls = found->second;
  const bool early = now - polls.last_at < polls.interval_seconds * kMicrosPerSecond;
  if (early) polls.interval_seconds += kDevicePollSeconds;
  polls.last_at = now;
  return early;
}

Result<DeviceAuthorization> DeviceService::start(const DeviceRequest& request) {
  if (const Micros wait = started_.take(request.ip, clock_.now()); wait > 0)
    return fail(rate_limited("device codes were asked for from this network", wait));
  DeviceAuthorization made;
  made.device_code = Secret(random_hex(kDeviceCodeBytes));
  const std::string code = random_user_code();
  made.user_code = code.substr(0, kUserCodeLetters / 2) + "-" + code.substr(kUserCodeLetters / 2);
  made.expires_in_seconds = int(kDeviceCodeAge / kMicrosPerSecond);
  made.interval_seconds = kDevicePollSeconds;
  const auto digest = sha256(made.device_code.reveal());
  const auto user_digest = sha256(code);
  const Micros now = clock_.now();
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    std::int64_t waiting = 0;
    auto counted =
        tx.for_each("SELECT COUNT(*) FROM oauth_device_codes WHERE expires_at > $1 AND status = 'waiting'",
                    {now}, [&](const SqlRow& row) { waiting = row.integer(0); });
    if (!counted) return counted;
    if (waiting >= kMaxDeviceCodes)
      return fail(ErrorCode::kLimit, "As many devices wait as may: try again in a few minutes.");
    WICK_CHECK(tx.execute(
        "INSERT INTO oauth_device_codes (digest, user_code_digest, client_id, oauth_scope, resource, ip, "
        "user_agent, expires_at, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')",
        {BlobView{as_bytes(digest)}, BlobView{as_bytes(user_digest)}, std::string_view(request.client_id),
         std::string_view(request.oauth_scope), std::string_view(request.resource),
         std::string_view(request.ip), truncate_utf8(request.user_agent, kMaxUserAgentBytes),
         now + kDeviceCodeAge}));
    return {};
  });
  WICK_CHECK(done);
  const std::lock_guard lock(mutex_);
  std::erase_if(polls_, [&](const auto& entry) { return entry.second.forget_at <= now; });
  polls_[std::string(as_bytes(digest))] = {0, now + kDeviceCodeAge, kDevicePollSeconds};
  return made;
}

Result<DeviceRequest> DeviceService::look(std::string_view user_code) {
  const auto digest = sha256(normal_user_code(user_code));
  std::optional<DeviceRequest> found;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(
        "SELECT digest, client_id, oauth_scope, resource, ip, user_agent FROM oauth_device_codes WHERE "
        "user_code_digest = $1 AND status = 'waiting' AND expires_at > $2",
        {BlobView{as_bytes(digest)}, clock_.now()}, [&](const SqlRow& row) {
          const std::string_view bytes = row.bytes(0);
          found = DeviceRequest{to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}),
                                row.text(1),
                                row.text(2),
                                row.text(3),
                                row.text(4),
                                row.text(5)};
        });
  });
  WICK_CHECK(done);
  if (!found) return no_request();
  return std::move(*found);
}

Result<void> DeviceService::decide(Transaction& tx, std::string_view digest, std::string_view status,
                                   const std::optional<TokenId>& grant) {
  const auto bytes = from_hex(digest);
  if (!bytes) return no_request();
  const std::string id = grant ? grant->str() : std::string();
  WICK_TRY(decided, tx.execute("UPDATE oauth_device_codes SET status = $2, grant_id = $3 WHERE digest = $1 "
                               "AND status = 'waiting' AND "
                               "expires_at > $4",
                               {BlobView{*bytes}, status,
                                grant ? SqlParam(std::string_view(id)) : SqlParam(nullptr), clock_.now()}));
  if (decided != 1) return no_request();
  return {};
}

Result<void> DeviceService::approve(std::string_view digest, const Approval& approval) {
  return db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(grant, grants_.begin(tx, approval));
    return decide(tx, digest, "approved", grant);
  });
}

Result<void> DeviceService::deny(std::string_view digest) {
  return db_.write_with_reserve([&](Transaction& tx) { return decide(tx, digest, "denied", std::nullopt); });
}

std::expected<TokenPair, DeviceError> DeviceService::poll(std::string_view device_code,
                                                          std::string_view client_id,
                                                          std::string_view user_agent) {
  const auto digest = sha256(device_code);
  const bool early = polls_too_fast(as_bytes(digest));
  std::string status, client;
  std::optional<TokenId> grant;
  Micros expires_at = 0;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(
        "SELECT status, client_id, expires_at, grant_id FROM oauth_device_codes WHERE digest = $1",
        {BlobView{as_bytes(digest)}}, [&](const SqlRow& row) {
          status = row.text(0);
          client = row.text(1);
          expires_at = row.integer(2);
          if (!row.is_null(3)) grant = TokenId::parse(row.bytes(3));
        });
  });
  if (!done) return unavailable();
  if (client != client_id || status == "taken") return no_code();
  if (expires_at <= clock_.now())
    return refused("expired_token", "The device code has expired: start again.");
  if (status == "denied") return refused("access_denied", "The user said no.");
  if (early) return refused("slow_down", "Wait five more seconds between two requests.");
  if (status != "approved" || !grant)
    return refused("authorization_pending", "The user has not decided yet.");
  std::expected<TokenPair, DeviceError> outcome = no_code();
  done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(
        taken,
        tx.execute("UPDATE oauth_device_codes SET status = 'taken' WHERE digest = $1 AND status = 'approved'",
                   {BlobView{as_bytes(digest)}}));
    if (taken != 1) return {};
    auto tokens = grants_.first_tokens(tx, *grant, client_id, user_agent);
    if (!tokens && tokens.error().code != ErrorCode::kUnauthenticated) return fail(std::move(tokens.error()));
    if (tokens) outcome = std::move(*tokens);
    return {};
  });
  if (!done) return unavailable();
  return outcome;
}

}  // namespace wick
