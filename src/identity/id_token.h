// ID tokens (OpenID Connect Core 1.0): their signature by the provider's keys, and what they must say.
//
// JOSE is libcjose's; which algorithms and keys may be used is decided here, from a list, because that is
// where implementations of JWT have failed (RFC 8725 §3.1): only RSA and elliptic-curve signatures, the key's
// type must fit the algorithm, and `none` and HMAC are never accepted. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace wick {

inline constexpr Micros kClockLeeway = 60 * kMicrosPerSecond;  // between the provider's clock and ours
inline constexpr std::size_t kMaxIdTokenBytes = 32 * 1024;
inline constexpr std::size_t kMaxKeys = 64;  // of a provider's key set that are looked at
inline constexpr std::size_t kMaxSubjectBytes = 255;

struct IdTokenExpectation {
  std::string issuer, client_id, nonce;
  Micros now = 0;
};

// The claims of `token`, when one of `keys` (a JWK Set, RFC 7517 §5) has signed it and it is what we expect
// (OpenID Connect Core §3.1.3.7).
// Errors: kNotFound         signed by a key that is not in the set: it may have been rotated
//         kUnauthenticated  anything else that is wrong; the message says what, and holds nothing of the
//         token
Result<boost::json::object> verify_id_token(std::string_view token, const boost::json::object& keys,
                                            const IdTokenExpectation& expected);

}  // namespace wick
