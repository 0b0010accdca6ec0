#include "identity/id_token.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace wick {
namespace {

struct Algorithm {
  std::string_view name, key_type, curve;
};
constexpr std::array<Algorithm, 9> kAlgorithms = {{{"RS256", "RSA", ""},
                                                   {"RS384", "RSA", ""},
                                                   {"RS512", "RSA", ""},
                                                   {"PS256", "RSA", ""},
                                                   {"PS384", "RSA", ""},
                                                   {"PS512", "RSA", ""},
                                                   {"ES256", "EC", "P-256"},
                                                   {"ES384", "EC", "P-384"},
                                                   {"ES512", "EC", "P-521"}}};
constexpr std::size_t kMinRsaModulusText = 342;  // base64url of 2048 bits (RFC 7518 §3.3)

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::kUnauthenticated, "The ID token " + std::move(what) + ".");
}

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
struct ReleaseJwk {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};

bool fits(const json::object& key, const Algorithm& algorithm, std::string_view kid) {
  if (text_or_empty(key, "kty") != algorithm.key_type) return false;
  if (!algorithm.curve.empty() && text_or_empty(key, "crv") != algorithm.curve) return false;
  if (algorithm.key_type == "RSA" && text_or_empty(key, "n").size() < kMinRsaModulusText) return false;
  const std::string use = text_or_empty(key, "use"), made_for = text_or_empty(key, "alg");
  if ((!use.empty() && use != "sig") || (!made_for.empty() && made_for != algorithm.name)) return false;
  return kid.empty() || text_or_empty(key, "kid") == kid;
}

bool signed_by(std::string_view token, const json::object& key) {
  const std::string text = to_json(key);
  cjose_err error{};
  const std::unique_ptr<cjose_jwk_t, ReleaseJwk> jwk(cjose_jwk_import(text.data(), text.size(), &error));
  if (jwk == nullptr) return false;
  const std::unique_ptr<cjose_jws_t, ReleaseJws> jws(cjose_jws_import(token.data(), token.size(), &error));
  return jws != nullptr && cjose_jws_verify(jws.get(), jwk.get(), &error);
}

Result<json::object> part(std::string_view encoded) {
  const auto text = from_base64url(encoded);
  if (!text) return wrong("is not encoded as it should be");
  auto value = parse_json(*text);
  if (!value || !value->is_object()) return wrong("does not hold JSON objects");
  return std::move(value->get_object());
}

// Seconds since the epoch; nullopt when absent or not a number.
std::optional<Micros> time_of(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  if (value == nullptr || !is_number(*value)) return std::nullopt;
  const double seconds = double_of(*value);
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return Micros(seconds) * kMicrosPerSecond;
}

Result<void> check_audience(const json::object& claims, const std::string& client_id) {
  const auto* audience = claims.if_contains("aud");
  bool ours = false, others = false;
  if (audience != nullptr && audience->is_string()) ours = audience->get_string() == client_id;
  if (audience != nullptr && audience->is_array()) {
    for (const auto& one : audience->get_array()) {
      const bool same = one.is_string() && one.get_string() == client_id;
      ours = ours || same;
      others = others || !same;
    }
  }
  if (!ours) return wrong("is for another audience than oidc.client_id");
  const std::string party = text_or_empty(claims, "azp");
  if ((others || claims.contains("azp")) && party != client_id)
    return wrong("was issued to another party (azp) than oidc.client_id");
  return {};
}

Result<void> check_times(const json::object& claims, Micros now) {
  const auto expires = time_of(claims, "exp"), issued = time_of(claims, "iat"),
             not_before = time_of(claims, "nbf");
  if (!expires || !issued) return wrong("does not say when it was issued (iat) and when it expires (exp)");
  if (*expires + to_micros(kClockLeeway) <= now)
    return wrong("has expired: check the clocks of both servers");
  if (*issued > now + to_micros(kClockLeeway) || (not_before && *not_before > now + to_micros(kClockLeeway)))
    return wrong("is from the future: check the clocks of both servers");
  return {};
}

}  // namespace

Result<json::object> verify_id_token(std::string_view token, const json::object& keys,
                                     const IdTokenExpectation& expected) {
  const auto parts = split(token, '.');
  if (token.size() > kMaxIdTokenBytes || parts.size() != 3) return wrong("is not a signed JWT");
  WICK_TRY(header, part(parts[0]));
  const std::string name = text_or_empty(header, "alg");
  const auto algorithm = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                      [&](const Algorithm& one) { return one.name == name; });
  if (algorithm == kAlgorithms.end()) {
    return wrong(
        "is not signed with an algorithm that is accepted here (RS, PS and ES with 256, 384 or 512 bits)");
  }
  if (header.contains("crit")) return wrong("demands what is not known here (crit)");
  const auto* set = keys.if_contains("keys");
  bool verified = false;
  if (set != nullptr && set->is_array()) {
    const std::string kid = text_or_empty(header, "kid");
    std::size_t looked = 0;
    for (const auto& key : set->get_array()) {
      if (!key.is_object() || verified || ++looked > kMaxKeys) continue;
      verified = fits(key.get_object(), *algorithm, kid) && signed_by(token, key.get_object());
    }
  }
  if (!verified) return fail(ErrorCode::kNotFound, "The ID token is not signed by a key of the provider.");
  auto claims = part(parts[1]);
  if (!claims) return fail(std::move(claims.error()));
  if (text_or_empty(*claims, "iss") != expected.issuer) return wrong("is of another issuer than oidc.issuer");
  WICK_CHECK(check_audience(*claims, expected.client_id));
  WICK_CHECK(check_times(*claims, expected.now));
  if (expected.nonce.empty() || !equal_constant_time(text_or_empty(*claims, "nonce"), expected.nonce))
    return wrong("does not answer this sign-in (nonce)");
  const std::string subject = text_or_empty(*claims, "sub");
  if (subject.empty() || subject.size() > kMaxSubjectBytes) return wrong("does not say who signed in (sub)");
  return claims;
}

}  // namespace wick
