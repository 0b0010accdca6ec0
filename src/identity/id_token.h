// ID tokens (OpenID Connect Core 1.0): the check of their signature and claims.
//
// libcjose implements JOSE. This file has the list of allowed algorithms and keys, because implementations of JWT have
// failed there (RFC 8725 §3.1): only RSA and elliptic-curve signatures are allowed, the type of the key must fit the
// algorithm, and `none` and HMAC are never accepted. Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace wick {

inline constexpr std::chrono::seconds kClockLeeway{
    60};  // the accepted difference between the clocks of the provider and of Wick
inline constexpr std::size_t kMaxIdTokenBytes = 32 * 1024;
inline constexpr std::size_t kMaxKeys = 64;  // keys of a key set that are read
inline constexpr std::size_t kMaxSubjectBytes = 255;

struct IdTokenExpectation {
  std::string issuer, client_id, nonce;
  Micros now = 0;
};

// Verifies `token`: one of `keys` (a JWK Set, RFC 7517 §5) has signed it, and its claims are as expected (OpenID Connect Core
// §3.1.3.7). Returns the claims.
// Errors: kNotFound         the key of the signature is not in the set; the provider may have rotated its keys
//         kUnauthenticated  any other problem; the message names it and contains no part of the token
Result<boost::json::object> verify_id_token(std::string_view token, const boost::json::object& keys,
                                            const IdTokenExpectation& expected);

}  // namespace wick
