#include "app/instance.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <thread>

#include "access/tag_service.h"
#include "api/api.h"
#include "api/effective_setting.h"
#include "api/holders.h"
#include "app/block_on.h"
#include "audit/run_log.h"
#include "base/environment.h"
#include "base/fair_pool.h"
#include "base/log.h"
#include "base/rate_limiter.h"
#include "base/url.h"
#include "connectors/connector_service.h"
#include "connectors/runner.h"
#include "crypto/sealing.h"
#include "db/disk_space.h"
#include "db/schema.h"
#include "http/client.h"
#include "http/idempotency_keys.h"
#include "http/origin.h"
#include "identity/link_service.h"
#include "identity/oidc_service.h"
#include "identity/second_factor_service.h"
#include "identity/session_service.h"
#include "identity/user_service.h"
#include "mcp_client/mcp_kind.h"
#include "notes/notes_kind.h"
#include "oauth/authorization_service.h"
#include "oauth_client/account_linking_service.h"
#include "rest/rest_kind.h"
#include "tokens/authenticator.h"
#include "tokens/token_service.h"

namespace wick {
namespace {

namespace fs = std::filesystem;

// For what coroutines do with the database: OAuth, sign-in by a provider, accounts, notes. A user may have as
// many jobs here as calls. What reads a lot has threads of its own, so that nothing else waits for it.
FairPoolOptions database_work(const Settings& settings) {
  FairPoolOptions options;
  options.max_queued = 10'000;
  options.max_per_holder = settings.calls_per_user;
  options.what = "requests for the database";
  options.holder_setting = "limits.calls_per_user";
  options.total_setting = "a fixed limit";
  return options;
}
// What takes long with large messages, after the io threads. It is never refused to a call that is under way.
FairPoolOptions long_work_of(const Settings& settings) {
  FairPoolOptions options = database_work(settings);
  options.threads = std::max(2U, std::thread::hardware_concurrency());
  options.max_queued = 1'000'000;
  options.max_per_holder = 10 * settings.calls_per_user;
  options.max_running_per_holder = std::max<std::size_t>(1, options.threads / 2);
  options.nice = kBackgroundNice;
  options.what = "large messages";
  return options;
}
FairPoolOptions search_work() {
  FairPoolOptions options;
  options.threads = 2;
  options.max_per_holder = kMaxSearchesPerUser;
  options.max_running_per_holder = 1;
  options.nice = kBackgroundNice;
  options.what = "searches";
  options.holder_setting = options.total_setting = "a fixed limit";
  return options;
}

SecondFactorPolicy policy_of(const Settings& settings) {
  if (settings.require_second_factor == "all") return SecondFactorPolicy::kAll;
  return settings.require_second_factor == "admins" ? SecondFactorPolicy::kAdmins : SecondFactorPolicy::kOff;
}

// Empty for a port that is not chosen yet.
std::string host_of(const std::string& public_url) {
  const auto url = Url::parse_http(public_url);
  return url ? url->authority() : "";
}

constexpr auto kPurgeStepPause = std::chrono::milliseconds(20);  // between two steps: calls go first

class FolderLock {
 public:
  explicit FolderLock(int fd) : fd_(fd) {}
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock(const FolderLock&) = delete;
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }
  static Result<FolderLock> take(const fs::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
      return fail(ErrorCode::kUnavailable, "Cannot write to the data folder " + file.parent_path().string() +
                                               ": " + std::strerror(errno) + ".");
    }
    FolderLock lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorCode::kConflict,
                  "Another wick process is using the data folder " + file.parent_path().string() + ".");
    }
    return lock;
  }

 private:
  int fd_;
};

Result<FolderLock> prepare_folder(const fs::path& data) {
  std::error_code ec;
  fs::create_directories(data, ec);
  if (ec)
    return fail(ErrorCode::kUnavailable,
                "Cannot make the data folder " + data.string() + ": " + ec.message() + ".");
  chmod(data.c_str(), 0700);
  return FolderLock::take(data / "wick.lock");
}

}  // namespace

// In the order of dependence; destroyed in reverse.
struct Instance::Parts {
  Parts(FolderLock the_lock, std::unique_ptr<DiskSpace> the_disk, SealingKey the_key,
        std::unique_ptr<Database> main, std::unique_ptr<Database> runs_database, const Settings& settings)
      : lock(std::move(the_lock)),
        disk(std::move(the_disk)),
        key(std::move(the_key)),
        db(std::move(main)),
        runs_db(std::move(runs_database)),
        public_url(settings.public_url),
        options(settings) {
    kinds.add(std::make_unique<NotesKind>(*db, pool, searches, clock));
    kinds.add(std::make_unique<RestKind>(client, key, clock, &long_work));
    kinds.add(std::make_unique<upstream::McpKind>(
        client, children, std::chrono::seconds(options.idle_seconds), key, authorization, eras, &long_work));
    index.on_erase([this](const TokenId& token) { streams.wake_token(token); });
    access.on_change([this] {
      streams.wake_all();
      const auto snapshot = access.snapshot();
      for (const auto& kind : kinds.all()) {
        if (McpPassthrough* passthrough = kind->passthrough(); passthrough != nullptr)
          passthrough->end_stale_sessions(*snapshot);
      }
    });
  }
  ~Parts() { stop(); }
  // The pool first: its work may wait for the others.
  void stop() {
    pool.join();
    searches.join();
    long_work.join();
    runs.stop();
    client.stop();
    children.stop();
  }
  Result<std::pair<SessionId, UserId>> signed_in(const http::Request& request) {
    // A session that must enrol first gets as far as the consent page, which cannot be answered before.
    WICK_TRY(session,
             sessions.find_before_enrolment(request.cookie(api::cookie_name(public_url)).value_or("")));
    return std::pair(session.id, session.user);
  }

  std::string email_of(const UserId& user) const {
    const auto snapshot = access.snapshot();
    const UserEntry* entry = snapshot->user(user);
    return entry == nullptr ? "" : entry->email;
  }

  FolderLock lock;
  std::unique_ptr<DiskSpace> disk;
  SystemClock clock;
  SealingKey key;
  std::unique_ptr<Database> db, runs_db;
  std::string public_url;
  const Settings options;
  const std::vector<EffectiveSetting> effective = effective_settings(options);

  FairPool pool{database_work(options)}, searches{search_work()}, long_work{long_work_of(options)};
  http::OriginPolicy origins{public_url, options.cors_origins};
  http::Client client{options.ca_file, options.outgoing};
  upstream::ChildProcessManager children;
  KindRegistry kinds;
  mcp::StreamHub streams{options.streams_per_user};
  AccessStore access{*db, [this](std::string_view kind) {
                       const ConnectorKind* found = kinds.find(kind);
                       return found == nullptr ? std::vector<OperationEntry>() : found->operations();
                     }};
  CredentialIndex index;
  Authenticator authenticator{index, clock, public_url};
  TagService tags{*db};
  UserService users{*db, clock};
  LinkService links{*db, clock};
  SecondFactorService second_factors{*db, key, clock, policy_of(options), host_of(public_url)};
  SessionService sessions{*db, access, key, second_factors, clock};
  TokenService tokens{*db, index, clock};
  GrantService grants{*db, index, clock, public_url + "/mcp", options.refresh_replay_seconds};
  ClientService clients{*db, clock, options.clients};
  DeviceService devices{*db, grants, clock};
  AuthorizationService authorizations{*db, clients, grants, devices, clock, public_url, public_url + "/mcp"};
  OidcService oidc{*db, sessions, client, pool, key, clock, options.oidc, public_url};
  RateLimiter user_code_guesses{kUserCodeGuesses, kUserCodePeriod};
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
  ConnectorService connectors{*db, kinds, key, clock};
  upstream::LinkedAccounts accounts{*db, key, clock};
  upstream::ServerEraCache eras{*db, pool, key};
  upstream::ClientRegistrations registrations{*db, client, pool, key, clock, public_url};
  upstream::UpstreamCredentials authorization{accounts, registrations, access, client,
                                              pool,     key,           clock,  public_url};
  upstream::AccountLinkingService connects{accounts, registrations, authorization, access, *db,
                                           client,   pool,          key,           clock};
  RunLog runs{*runs_db, clock, options.audit, {disk.get(), db.get()}};
  Runner runner{access, kinds, runs, clock, options.calls_per_user, &long_work};
  mcp::Endpoint endpoint{access, authenticator, origins, runner, streams, key, clock, searches, long_work};
  api::Holders holders{index, clock, api::cookie_name(public_url)};
  http::IdempotencyKeys idempotency_keys{clock};
  Services services{.db = *db,
                    .clock = clock,
                    .pool = pool,
                    .holders = holders,
                    .idempotency_keys = idempotency_keys,
                    .public_url = public_url,
                    .origins = origins,
                    .access = access,
                    .tags = tags,
                    .users = users,
                    .links = links,
                    .second_factors = second_factors,
                    .sessions = sessions,
                    .tokens = tokens,
                    .clients = clients,
                    .authorizations = authorizations,
                    .grants = grants,
                    .user_code_guesses = user_code_guesses,
                    .oidc = oidc,
                    .password_sign_in = options.password_sign_in,
                    .commands_from_web = options.commands_from_web,
                    .authenticator = authenticator,
                    .kinds = kinds,
                    .connectors = connectors,
                    .runner = runner,
                    .runs = runs,
                    .accounts = connects,
                    .settings = effective};
};

Instance::Instance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Instance::~Instance() {
  flush();
}
void Instance::stop() {
  parts_->stop();
}

Result<std::unique_ptr<Instance>> Instance::open(const Settings& settings) {
  const fs::path data = settings.data;
  WICK_TRY(lock, prepare_folder(data));
  const auto given_key = environment_variable("WICK_SECRET_KEY");
  WICK_TRY(key, given_key ? SealingKey::from_hex_text(*given_key)
                          : SealingKey::load_or_create(data / "secret.key"));
  auto disk = std::make_unique<DiskSpace>(data.string(), settings.disk);
  const SqliteOptions database_options{.disk = disk.get()};
  WICK_TRY(db, open_sqlite((data / "wick.db").string(), main_migrations(), database_options));
  WICK_TRY(runs_db, open_sqlite((data / "runs.db").string(), runs_migrations(), database_options));
  auto parts = std::make_unique<Parts>(std::move(lock), std::move(disk), std::move(key), std::move(db),
                                       std::move(runs_db), settings);
  WICK_CHECK(parts->access.start());
  WICK_CHECK(parts->tokens.start());
  WICK_CHECK(parts->grants.start());
  return std::unique_ptr<Instance>(new Instance(std::move(parts)));
}

Services& Instance::services() {
  return parts_->services;
}
oauth::Endpoint& Instance::oauth() {
  return parts_->oauth;
}
mcp::Endpoint& Instance::endpoint() {
  return parts_->endpoint;
}

void Instance::flush() {
  parts_->disk->restore();
  if (auto flushed = parts_->tokens.flush_last_uses(); !flushed) {
    spdlog::warn("last uses could not be written: {}", flushed.error().message);
  }
  if (auto marked = parts_->tokens.mark_expired(); !marked)
    spdlog::warn("expired tokens could not be marked: {}", marked.error().message);
  if (auto flushed = parts_->grants.flush_last_uses(); !flushed) {
    spdlog::warn("last uses could not be written: {}", flushed.error().message);
  }
  if (auto wiped = parts_->grants.wipe_replays(); !wiped) spdlog::warn("oauth: {}", wiped.error().message);
  parts_->db->checkpoint();
}

void Instance::revoke_ended(const std::function<bool()>& stop) {
  block_on(parts_->connects.revoke_ended(stop));
}

void Instance::purge(const std::function<bool()>& stop) {
  for (bool more = true; more && !stop();) {
    const auto pruned = parts_->db->prune_change_log(parts_->clock.now());
    if (!pruned) spdlog::warn("change log: {}", pruned.error().message);
    more = pruned.value_or(false);
    if (more) std::this_thread::sleep_for(kPurgeStepPause);
  }
  if (auto purged = parts_->sessions.purge(); !purged) spdlog::warn("sessions: {}", purged.error().message);
  if (auto purged = parts_->second_factors.purge(); !purged)
    spdlog::warn("second factors: {}", purged.error().message);
  if (auto purged = parts_->authorizations.purge(); !purged)
    spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->grants.purge(); !purged) spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->clients.purge(); !purged) spdlog::warn("oauth: {}", purged.error().message);
  if (auto purged = parts_->oidc.purge(); !purged) spdlog::warn("oidc: {}", purged.error().message);
  if (auto purged = parts_->connects.purge(); !purged) spdlog::warn("accounts: {}", purged.error().message);
  for (;;) {
    const auto more = parts_->runs.purge_step();
    if (!more) spdlog::warn("retention: {}", more.error().message);
    if (!more || !*more || stop()) break;
    std::this_thread::sleep_for(kPurgeStepPause);
  }
}

Result<void> Instance::backup(const std::string& folder) {
  std::error_code ec;
  if (fs::exists(folder, ec))
    return fail(ErrorCode::kConflict, folder + " exists already: name a new folder.");
  fs::create_directories(folder, ec);
  if (ec) return fail(ErrorCode::kUnavailable, "Cannot make " + folder + ": " + ec.message() + ".");
  chmod(folder.c_str(), 0700);
  if (auto done = parts_->db->backup_to(folder + "/wick.db"); !done) return done;
  return parts_->runs_db->backup_to(folder + "/runs.db");
}

Result<void> Instance::check() {
  if (auto sound = parts_->db->check(); !sound) return sound;
  return parts_->runs_db->check();
}

}  // namespace wick
