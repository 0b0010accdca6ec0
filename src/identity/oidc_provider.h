// OidcProvider: the OpenID provider as this server talks to it: discovery, keys, tokens, userinfo.
//
// What it says of itself and its keys are kept for kProviderAge; the keys are fetched again when a token
// names one that is unknown (rotation), but not more often than every kKeysEvery, so that forged tokens do
// not make us hammer it. Both are whole values under a mutex that is never held while waiting: two sign-ins
// at once may fetch twice, and the later answer stays. The provider is the operator's choice: it may be at a
// private address. Thread-safe; coroutines of the io threads.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/client.h"

namespace wick {

inline constexpr Micros kProviderAge = 3600 * kMicrosPerSecond;
inline constexpr Micros kKeysEvery = 5 * kMicrosPerSecond;
inline constexpr int kProviderTimeoutSeconds = 10;
inline constexpr std::size_t kMaxProviderBytes = 256 * 1024;

struct OidcOptions {
  std::string issuer;  // empty: no sign-in by OpenID Connect
  std::string client_id, client_secret, client_secret_file;
  std::string name = "single sign-on";
  std::vector<std::string> allowed_domains;  // lower case; empty: any
  std::string new_users = "pending";         // or active, refuse
  std::string groups_claim;                  // empty: groups are not looked at
  bool trust_email = false;
  bool enabled() const { return !issuer.empty(); }
};
// Errors: kInvalidArgument  what is missing, or an issuer that cannot be; reads client_secret_file
Result<void> finish_oidc_options(OidcOptions& options);

struct ProviderMetadata {
  std::string authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri;
  bool secret_in_form = false;  // client_secret_post, where the provider takes no client_secret_basic
  bool says_issuer = false;     // authorization responses carry iss (RFC 9207)
};

class OidcProvider {
 public:
  OidcProvider(http::Client& http, const Clock& clock, const OidcOptions& options);

  // Errors of all: kUnavailable  the provider cannot be reached or fails;  kUpstream  it answers what it must
  // not
  http::Task<Result<std::shared_ptr<const ProviderMetadata>>> metadata();
  // The key set; `fresh` after a token of an unknown key.
  http::Task<Result<std::shared_ptr<const boost::json::object>>> keys(bool fresh);
  // The token response for a code. kUnauthenticated: the provider refuses the code
  http::Task<Result<boost::json::object>> exchange(std::string code, std::string verifier,
                                                   std::string redirect_uri);
  http::Task<Result<boost::json::object>> userinfo(std::string access_token);

 private:
  http::Task<Result<boost::json::object>> fetch(http::ClientRequest request, const char* what);

  http::Client& http_;
  const Clock& clock_;
  const OidcOptions& options_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const ProviderMetadata> metadata_;
  std::shared_ptr<const boost::json::object> keys_;
  Micros metadata_at_ = 0, keys_at_ = 0;
  Micros keys_asked_again_at_ = 0;  // for an unknown key
};

}  // namespace wick
