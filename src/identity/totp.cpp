#include "identity/totp.h"

#include "base/result.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace wick {

std::string to_base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  unsigned int kept = 0;  // the bits that are not written yet, at the low end
  int bits = 0;
  for (const char byte : bytes) {
    kept = (kept << 8 | static_cast<unsigned char>(byte)) & 0xFFF;
    for (bits += 8; bits >= 5; bits -= 5) out += kAlphabet[kept >> (bits - 5) & 31];
  }
  if (bits > 0) out += kAlphabet[kept << (5 - bits) & 31];
  return out;
}

std::string hotp(std::string_view key, std::uint64_t counter, int digits) {
  WICK_ASSERT(digits >= 1 && digits <= 9);
  std::string message(8, '\0');
  for (int i = 7; i >= 0; --i, counter >>= 8) message[std::size_t(i)] = char(counter & 0xFF);
  const auto mac = hmac_sha1(key, message);
  const std::size_t offset = mac.back() & 0x0F;
  std::uint32_t number =
      (mac[offset] & 0x7FU) << 24 | mac[offset + 1] << 16 | mac[offset + 2] << 8 | mac[offset + 3];
  std::string code(std::size_t(digits), '0');
  for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10)
    *digit = char('0' + number % 10);
  return code;
}

std::int64_t totp_step(Micros now) {
  return now / to_micros(kTotpPeriod);
}

std::optional<std::int64_t> match_totp(std::string_view key, std::string_view code, Micros now,
                                       std::int64_t used) {
  std::optional<std::int64_t> matched;
  const std::int64_t current = totp_step(now);
  for (std::int64_t step = current + kTotpDrift; step >= current - kTotpDrift; --step) {
    const bool equal = equal_constant_time(hotp(key, std::uint64_t(step)), code);
    if (equal && step > used) matched = step;
  }
  return matched;
}

std::string totp_uri(std::string_view issuer, std::string_view account, std::string_view base32) {
  return "otpauth://totp/" + percent_encode(issuer) + ":" + percent_encode(account) +
         "?secret=" + std::string(base32) + "&issuer=" + percent_encode(issuer) +
         "&algorithm=SHA1&digits=" + std::to_string(kTotpDigits) +
         "&period=" + std::to_string(to_micros(kTotpPeriod) / kMicrosPerSecond);
}

}  // namespace wick
