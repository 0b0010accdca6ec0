// Services: the services that the API and the command line act on. app/ makes them once; they outlive both. A file that
// calls one includes its header.
#pragma once

#include <string>
#include <vector>

namespace wick {

class AccessStore;
class Authenticator;
class AuthorizationService;
class ClientService;
class Clock;
class ConnectorService;
class Database;
class FairPool;
class GrantService;
class KindRegistry;
class LinkService;
class OidcService;
class RateLimiter;
class RunLog;
class Runner;
class SecondFactorService;
class SessionService;
class TagService;
class TokenService;
class UserService;
struct EffectiveSetting;
namespace api {
class Holders;
}
namespace http {
class IdempotencyKeys;
class OriginPolicy;
}  // namespace http
namespace upstream {
class AccountLinkingService;
}

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
