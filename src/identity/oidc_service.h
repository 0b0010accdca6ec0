// OidcService: sign-in with the organisation's OpenID provider (authorization code flow with PKCE).
//
// The state of a sign-in (state, nonce, PKCE verifier, return path) is in a cookie of the browser that started it, sealed
// with the instance's key. So nothing is written before the provider has authenticated the user, a callback is valid only
// in the same browser (RFC 9700 §4.7), and every node can finish a sign-in. A state can be used once: before the code is
// exchanged, it is inserted as used, and a second insert fails.
//
// A user is identified by (issuer, subject) only. A new pair is linked to an existing user only by an email that the
// provider has verified, and only when that user has no other account at this provider. So an email address that now belongs
// to another person does not give access to the account of its former owner. Thread-safe.
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

inline constexpr std::chrono::minutes kOidcSignInAge{10};
// The number of refused codes from one address before further codes have to wait, because each costs the provider a request.
inline constexpr int kRefusedCodesBurst = 100;
inline constexpr std::chrono::seconds kRefusedCodesPeriod{1};
// A longer return path is replaced by the first page, because browsers drop cookies of more than 4096 bytes (RFC 6265bis §6.1).
inline constexpr std::size_t kMaxReturnPathBytes = 2400;

struct OidcStart {
  std::string location;  // at the provider
  Secret cookie;         // for kOidcSignInAge
};

// The parameters and the cookie of the request to the callback.
struct OidcCallback {
  std::string code, state, issuer, error;
  std::string cookie, ip, user_agent;
};

struct OidcSignIn {
  NewBrowserSession session;
  std::string next;  // a path on this server
};

// The reason of a failed sign-in: `code` for the sign-in page (oidc_failed, oidc_pending, oidc_refused, oidc_deactivated,
// oidc_unavailable), and `reason` for the log, without secrets.
struct OidcRefusal {
  std::string code, reason;
};

class OidcService {
 public:
  struct Dependencies {
    Database& db;
    SessionService& sessions;
    http::Client& http;
    FairPool& pool;
    const SealingKey& key;
    const Clock& clock;
    const OidcOptions& options;
    const std::string& public_url;
  };
  explicit OidcService(Dependencies dependencies);

  const OidcOptions& options() const { return options_; }
  // Errors: kUnavailable, kUpstream
  http::Task<Result<OidcStart>> start(std::string next);
  http::Task<std::expected<OidcSignIn, OidcRefusal>> finish(OidcCallback callback);
  Result<void> purge();

 private:
  // The content of the cookie.
  struct Pending {
    std::string state, nonce, verifier, next;
  };
  // A person as the provider describes them.
  struct Person {
    std::string subject, email, name;
    bool email_verified = false;
    std::optional<std::vector<std::string>> groups;
  };
  std::expected<Pending, OidcRefusal> open(const OidcCallback& callback) const;
  // Records that the state is used. Errors: kConflict  it was used before
  Result<void> use_once(std::string_view state);
  // The arguments outlive the call.
  http::Task<std::expected<Person, OidcRefusal>> identify(const boost::json::object& tokens,
                                                          const std::string& nonce);
  // Finds or creates the user, who has to be active.
  std::expected<UserId, OidcRefusal> find_active_user(const Person& person);
  std::expected<User, OidcRefusal> find_or_create(Transaction& tx, const Person& person);
  std::expected<User, OidcRefusal> link_identity(Transaction& tx, User user, const Person& person,
                                                 bool invited);
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
