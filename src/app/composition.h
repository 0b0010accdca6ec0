// Composition: every service of an instance, made in the order of dependence and destroyed in reverse. Here is the
// one place that knows all of them; everything else gets the services that it needs.
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
  GrantService grants{db, index, clock, public_url + "/mcp", options.refresh_replay_seconds};
  ClientService clients{db, clock, options.clients};
  DeviceService devices{db, grants, clock};
  AuthorizationService authorizations{db, clients, grants, devices, clock, public_url, public_url + "/mcp"};
  OidcService oidc{db, sessions, client, pool, key, clock, options.oidc, public_url};
  RateLimiter user_code_guesses{kUserCodeGuesses, to_micros(kUserCodePeriod)};
  oauth::Endpoint oauth{clients,
                        authorizations,
                        grants,
                        devices,
                        client,
                        pool,
                        clock,
                        public_url,
                        [this](const http::Request& request) { return signed_in(request); },
                        [this](const UserId& user) { return email_of(user); }};
  ConnectorService connectors{db, kinds, key, clock};
  upstream::LinkedAccounts accounts{db, key, clock};
  upstream::ServerEraCache eras{db, pool, key};
  upstream::ClientRegistrations registrations{db, client, pool, key, clock, public_url};
  upstream::UpstreamCredentials authorization{accounts, registrations, access, client,
                                              pool,     key,           clock,  public_url};
  upstream::AccountLinkingService account_linking{accounts, registrations, authorization, access, db,
                                                  client,   pool,          key,           clock};
  RunLog runs{*storage.runs_db, clock, options.audit, {storage.disk.get(), storage.db.get()}};
  Runner runner{access, kinds, runs, clock, options.calls_per_user, &long_work};
  mcp::Endpoint endpoint{access, authenticator, origins, runner, streams, key, clock, searches, long_work};
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
