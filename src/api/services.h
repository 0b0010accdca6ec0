// Services: everything the API and the command line act on. Made once by app/, outlives both.
#pragma once

#include <string>
#include <vector>

#include "access/snapshot.h"
#include "access/tag_service.h"
#include "api/effective_setting.h"
#include "api/holders.h"
#include "audit/run_log.h"
#include "base/fair_pool.h"
#include "base/rate_limiter.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "http/idempotency_keys.h"
#include "http/origin.h"
#include "identity/link_service.h"
#include "identity/oidc_service.h"
#include "identity/second_factor_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "oauth/authorization_service.h"
#include "oauth_client/account_linking_service.h"
#include "tokens/authenticator.h"
#include "tokens/token_service.h"

namespace wick {

struct Services {
  Database& db;
  const Clock& clock;
  FairPool& pool;  // for blocking work that a coroutine needs
  api::Holders& holders;
  http::IdempotencyKeys& idempotency_keys;  // by user
  const std::string& public_url;            // scheme, host and port, no slash at the end
  const http::OriginPolicy& origins;
  AccessStore& access;
  TagService& tags;
  UserService& users;
  LinkService& links;
  SecondFactorService& second_factors;
  SessionService& sessions;
  TokenService& tokens;
  ClientService& clients;
  AuthorizationService& authorizations;
  GrantService& grants;
  RateLimiter& user_code_guesses;  // by user
  OidcService& oidc;
  bool password_sign_in;
  bool commands_from_web;
  Authenticator& authenticator;
  KindRegistry& kinds;
  ConnectorService& connectors;
  Runner& runner;
  RunLog& runs;
  upstream::AccountLinkingService& accounts;  // of users at connected servers
  const std::vector<EffectiveSetting>& settings;
};

}  // namespace wick
