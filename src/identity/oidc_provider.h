// OidcProvider: requests to the OpenID provider: discovery, keys, tokens, userinfo.
//
// Metadata and keys are kept for kProviderAge. The keys are fetched again when a token names an unknown key (rotation), at
// most once in kJwksRefetchInterval, so that forged tokens cause few requests. Both are immutable values behind a mutex
// that is never held while waiting. Two sign-ins at the same time may fetch twice; the later result stays. The operator
// chooses the provider, so it may have a private address. Thread-safe; coroutines of the io threads.
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

inline constexpr std::chrono::hours kProviderAge{1};
inline constexpr std::chrono::seconds kJwksRefetchInterval{5};
inline constexpr std::chrono::seconds kProviderTimeout{10};
inline constexpr std::size_t kMaxProviderBytes = 256 * 1024;

// The treatment of a person who signs in for the first time.
enum class NewUserPolicy { kPending, kActive, kRefuse };

struct OidcOptions {
  std::string issuer;  // empty: no sign-in by OpenID Connect
  std::string client_id, client_secret, client_secret_file;
  std::string name = "single sign-on";
  std::vector<std::string> allowed_domains;  // lower case; empty: any
  NewUserPolicy new_users = NewUserPolicy::kPending;
  std::string groups_claim;  // empty: groups are ignored
  bool trust_email = false;
  bool enabled() const { return !issuer.empty(); }
};
// Completes the options: reads client_secret_file.
// Errors: kInvalidArgument  a setting is missing or the issuer is invalid; the message names it
Result<void> finish_oidc_options(OidcOptions& options);

struct ProviderMetadata {
  std::string authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri;
  bool secret_in_form = false;  // client_secret_post, when the provider does not accept client_secret_basic
  bool says_issuer = false;     // authorization responses carry iss (RFC 9207)
};

class OidcProvider {
 public:
  OidcProvider(http::Client& http, const Clock& clock, const OidcOptions& options);

  // Errors of all functions: kUnavailable  the provider cannot be reached or fails
  //                          kUpstream     the provider's response is invalid
  http::Task<Result<std::shared_ptr<const ProviderMetadata>>> metadata();
  // The key set. `fresh`: a token has named an unknown key.
  http::Task<Result<std::shared_ptr<const boost::json::object>>> keys(bool fresh);
  // Exchanges a code for the token response. Errors: kUnauthenticated  the provider refuses the code
  http::Task<Result<boost::json::object>> exchange(std::string code, std::string verifier,
                                                   std::string redirect_uri);
  http::Task<Result<boost::json::object>> userinfo(std::string access_token);

 private:
  http::Task<Result<boost::json::object>> fetch(http::ClientRequest request, const char* what);

  http::Client& http_;
  const Clock& clock_;
  const OidcOptions& options_;
  std::mutex mutex_;  // guards the members below
  std::shared_ptr<const ProviderMetadata> metadata_;
  std::shared_ptr<const boost::json::object> keys_;
  Micros metadata_at_ = 0, keys_at_ = 0;
  Micros keys_asked_again_at_ = 0;  // the last fetch for an unknown key
};

}  // namespace wick
