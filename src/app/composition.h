// Composition: every service of an instance. The members are constructed in the order of their dependencies and destroyed in
// reverse. No other place knows all services: each gets only those that it needs, which outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/snapshot.h"
#include "access/tag_service.h"
#include "api/holders.h"
#include "app/folder_lock.h"
#include "app/settings.h"
#include "app/worker_pools.h"
#include "audit/run_log.h"
#include "base/fair_pool.h"
#include "base/rate_limiter.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "crypto/sealing.h"
#include "db/disk_space.h"
#include "http/client.h"
#include "http/idempotency_keys.h"
#include "http/origin.h"
#include "identity/link_service.h"
#include "identity/oidc_service.h"
#include "identity/second_factor_service.h"
#include "identity/session_cookie.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "mcp/endpoint.h"
#include "mcp_client/mcp_kind.h"
#include "oauth/authorization_service.h"
#include "oauth/endpoint.h"
#include "oauth_client/account_linking_service.h"
#include "tokens/authenticator.h"
#include "tokens/token_service.h"

namespace wick {

struct Composition {
  // What is opened before any service: it may fail.
  struct Storage {
    FolderLock lock;
    std::unique_ptr<DiskSpace> disk;
    SealingKey key;
    std::unique_ptr<Database> db, runs_db;
  };
  Composition(Storage opened, const Settings& settings);
  ~Composition() { stop(); }
  Composition(const Composition&) = delete;

  // Ends the threads; the pools first: their work may wait for the others. Idempotent.
  void stop();

  Storage storage;
  Database& db = *storage.db;
  const SealingKey& key = storage.key;
  SystemClock clock;
  std::string public_url;
  const Settings options;
  const std::vector<EffectiveSetting> effective = effective_settings(options);

  FairPool pool{database_pool(options)}, searches{search_pool()}, long_work{long_work_pool(options)};
  http::OriginPolicy origins{public_url, options.cors_origins};
  http::Client client{options.ca_file, options.outgoing};
  upstream::ChildProcessManager children;
  KindRegistry kinds;
  mcp::StreamHub streams{options.streams_per_user};
  AccessStore access{db, [this](std::string_view kind) {
                       const ConnectorKind* found = kinds.find(kind);
                       return found == nullptr ? std::vector<OperationEntry>() : found->operations();
                     }};
  CredentialIndex index;
  Authenticator authenticator{index, clock, public_url};
  TagService tags{db};
  UserService users{db, clock};
  LinkService links{db, clock};
  SecondFactorService second_factors{db, key, clock, policy_of(options), host_of(public_url)};
  SessionService sessions{db, access, key, second_factors, clock};
  TokenService tokens{db, index, clock};
  GrantService grants{db, index, clock, public_url + "/mcp",
                      std::chrono::seconds(options.refresh_replay_seconds)};
  ClientService clients{db, clock, options.clients};
  DeviceService devices{db, grants, clock};
  AuthorizationService authorizations{{.db = db,
                                       .clients = clients,
                                       .grants = grants,
                                       .devices = devices,
                                       .clock = clock,
                                       .issuer = public_url,
                                       .resource = public_url + "/mcp"}};
  OidcService oidc{{.db = db,
                    .sessions = sessions,
                    .http = client,
                    .pool = pool,
                    .key = key,
                    .clock = clock,
                    .options = options.oidc,
                    .public_url = public_url}};
  RateLimiter user_code_guesses{kUserCodeGuesses, kUserCodePeriod};
  oauth::Endpoint oauth{{.clients = clients,
                         .authorizations = authorizations,
                         .grants = grants,
                         .devices = devices,
                         .http = client,
                         .pool = pool,
                         .clock = clock,
                         .public_url = public_url,
                         .signed_in = [this](const http::Request& request) { return signed_in(request); },
                         .name_of = [this](const UserId& user) { return email_of(user); }}};
  ConnectorService connectors{db, kinds, key, clock};
  upstream::LinkedAccounts accounts{db, key, clock};
  upstream::ServerGenerationCache generations{db, pool, key};
  upstream::ClientRegistrations registrations{
      {.db = db, .http = client, .pool = pool, .key = key, .clock = clock, .public_url = public_url}};
  upstream::UpstreamCredentials authorization{{.accounts = accounts,
                                               .registrations = registrations,
                                               .access = access,
                                               .http = client,
                                               .pool = pool,
                                               .key = key,
                                               .clock = clock,
                                               .public_url = public_url}};
  upstream::AccountLinkingService account_linking{{.accounts = accounts,
                                                   .registrations = registrations,
                                                   .authorization = authorization,
                                                   .access = access,
                                                   .db = db,
                                                   .http = client,
                                                   .pool = pool,
                                                   .key = key,
                                                   .clock = clock}};
  RunLog runs{*storage.runs_db, clock, options.audit, {storage.disk.get(), storage.db.get()}};
  Runner runner{{.access = access,
                 .kinds = kinds,
                 .log = runs,
                 .clock = clock,
                 .calls_per_user = options.calls_per_user,
                 .long_work = &long_work}};
  mcp::Endpoint endpoint{{.access = access,
                          .authenticator = authenticator,
                          .origins = origins,
                          .runner = runner,
                          .streams = streams,
                          .key = key,
                          .clock = clock,
                          .searches = searches,
                          .long_work = long_work}};
  api::Holders holders{[this](const Sha256Digest& digest) { return user_of_bearer(digest); },
                       session_cookie_name(public_url)};
  http::IdempotencyKeys idempotency_keys{clock};

 private:
  static SecondFactorPolicy policy_of(const Settings& settings);
  static std::string host_of(const std::string& public_url);
  Result<std::pair<SessionId, UserId>> signed_in(const http::Request& request);
  std::string email_of(const UserId& user) const;
  std::optional<UserId> user_of_bearer(const Sha256Digest& digest) const;
};

}  // namespace wick
