// OidcService: people sign in with the organisation's OpenID provider (authorization code flow with PKCE).
//
// What a sign-in has to remember (state, nonce, PKCE verifier, where to go afterwards) travels in a cookie of
// the browser that started it, sealed with the instance's key. So nothing is written before the provider has
// vouched for someone, a callback counts only in the browser that asked for it (RFC 9700 §4.7), and any node
// can finish what another began. A state is good once: it is noted as used by an insert that fails the second
// time, before the code is exchanged.
//
// Who someone is follows from (issuer, subject) alone. A new pair is joined to an existing user only by an
// email that the provider has verified, and only when that user has no other account at this provider: an
// address that was given to somebody else does not bring the first one's access along. Thread-safe.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/fair_pool.h"
#include "base/rate_limiter.h"
#include "crypto/sealing.h"
#include "db/database.h"
#include "identity/oidc_provider.h"
#include "identity/session_service.h"
#include "identity/user_service.h"

namespace wick {

inline constexpr Micros kOidcSignInAge = 10 * 60 * kMicrosPerSecond;
// Codes from one address that the provider refuses before further ones wait: each costs it a request.
inline constexpr int kRefusedCodesBurst = 100;
inline constexpr Micros kRefusedCodesPeriod = kMicrosPerSecond;
// Longer ones lead to the first page: a browser drops a cookie of more than 4096 bytes (RFC 6265bis §6.1).
inline constexpr std::size_t kMaxReturnPathBytes = 2400;

struct OidcStart {
  std::string location;  // at the provider
  Secret cookie;         // for kOidcSignInAge
};

// What came back to the callback.
struct OidcCallback {
  std::string code, state, issuer, error;
  std::string cookie, ip, user_agent;
};

struct OidcSignIn {
  NewBrowserSession session;
  std::string next;  // a path of this site
};

// Why somebody did not get in: `code` for the sign-in page (oidc_failed, oidc_pending, oidc_refused,
// oidc_deactivated, oidc_unavailable), `reason` for the log; it holds no secret.
struct OidcRefusal {
  std::string code, reason;
};

class OidcService {
 public:
  OidcService(Database& db, SessionService& sessions, http::Client& http, FairPool& pool,
              const SealingKey& key, const Clock& clock, const OidcOptions& options,
              const std::string& public_url);

  const OidcOptions& options() const { return options_; }
  // Errors: kUnavailable, kUpstream
  http::Task<Result<OidcStart>> start(std::string next);
  http::Task<std::expected<OidcSignIn, OidcRefusal>> finish(OidcCallback callback);
  Result<void> purge();

 private:
  // What the cookie holds.
  struct Pending {
    std::string state, nonce, verifier, next;
  };
  // What the provider says about somebody.
  struct Person {
    std::string subject, email, name;
    bool email_verified = false;
    std::optional<std::vector<std::string>> groups;
  };
  std::expected<Pending, OidcRefusal> open(const OidcCallback& callback) const;
  // Errors: kConflict  this state was used before
  Result<void> use_once(std::string_view state);
  // Both outlive the call.
  http::Task<std::expected<Person, OidcRefusal>> identify(const boost::json::object& tokens,
                                                          const std::string& nonce);
  // The active user that this person is.
  std::expected<UserId, OidcRefusal> admit(const Person& person);
  std::expected<User, OidcRefusal> find_or_make(Transaction& tx, const Person& person);
  std::expected<User, OidcRefusal> join(Transaction& tx, User user, const Person& person, bool invited);
  bool domain_allowed(std::string_view email) const;

  Database& db_;
  SessionService& sessions_;
  FairPool& pool_;
  const SealingKey& key_;
  const Clock& clock_;
  const OidcOptions options_;
  const std::string redirect_uri_;
  OidcProvider provider_;
  RateLimiter refused_codes_{kRefusedCodesBurst, kRefusedCodesPeriod};  // by client_network
};

}  // namespace wick
