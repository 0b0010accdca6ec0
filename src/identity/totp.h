// Codes of authenticator apps: TOTP (RFC 6238) over HOTP (RFC 4226), with SHA-1, steps of 30 seconds and six digits, which all
// apps support. Pure functions; second_factor_service.h remembers used codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/time.h"

namespace wick {

inline constexpr std::size_t kTotpSecretBytes = 20;  // RFC 4226 §4, R6
inline constexpr std::chrono::seconds kTotpPeriod{30};
inline constexpr int kTotpDigits = 6;
inline constexpr std::int64_t kTotpDrift = 1;  // steps by which the clock of a phone may differ

// Base32 of RFC 4648 §6 without padding, the form that authenticator apps accept.
std::string to_base32(std::string_view bytes);
// RFC 4226 §5.3: `digits` decimal digits, 1 to 9.
std::string hotp(std::string_view key, std::uint64_t counter, int digits = kTotpDigits);
// RFC 6238 §4.2. `now` is not before 1970.
std::int64_t totp_step(Micros now);
// Finds the step of `code` among the steps around `now` that are later than `used`; nullopt: there is none. The duration depends
// neither on the code nor on the step.
std::optional<std::int64_t> match_totp(std::string_view key, std::string_view code, Micros now,
                                       std::int64_t used);
// The URI in the QR code for an app. The app displays `issuer` and `account`.
std::string totp_uri(std::string_view issuer, std::string_view account, std::string_view base32);

}  // namespace wick
