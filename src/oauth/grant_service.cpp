#include "oauth/grant_service.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/random.h"
#include "crypto/sealing.h"
#include "oauth/grant_store.h"
#include "tokens/authenticator.h"

namespace wick {
namespace {

constexpr std::size_t kCodeRandomBytes = 32;
constexpr std::size_t kAccessRandomBytes = 16;
constexpr std::size_t kRefreshRandomBytes = 32;
constexpr std::size_t kFlushStep = 500;  // rows that one transaction writes

// Sets the last use of the grant to `use` when that is newer. Several tokens of a grant may have a use.
void show_use(Grant& grant, const LastUse& use) {
  if (grant.last_used_at.value_or(0) > use.at) return;
  grant.last_used_at = use.at;
  grant.last_ip = use.ip;
  grant.last_user_agent = use.user_agent;
}

// Every problem with a code or a refresh token gets the same answer (RFC 6749 §5.2).
std::unexpected<Error> invalid_grant() {
  return fail(ErrorCode::kUnauthenticated,
              "The code or refresh token is not valid, was used already, or belongs to another client.");
}

std::unexpected<Error> no_connection() {
  return fail(ErrorCode::kNotFound, "There is no such connection.");
}

// RFC 7636 §4.1 and §4.6.
bool proves(std::string_view verifier, std::string_view challenge) {
  if (verifier.size() < 43 || verifier.size() > 128) return false;
  for (const char c : verifier) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
          std::string_view("-._~").find(c) != std::string_view::npos))
      return false;
  }
  return equal_constant_time(to_base64url(as_bytes(sha256(verifier))), challenge);
}

// The key that seals the pair for a replay. It is derived from the plaintext, which only the holder of the token has.
Result<SealingKey> replay_key(std::string_view refresh_token) {
  const auto derived = sha256("wick refresh replay\n" + std::string(refresh_token));
  return SealingKey::from_hex_text(to_hex(derived));
}

bool within(std::string_view asked, std::string_view granted) {
  const auto have = split(granted, ' ');
  for (const std::string_view one : split(asked, ' ')) {
    if (is_known_scope(one) && std::find(have.begin(), have.end(), one) == have.end()) return false;
  }
  return true;
}

std::chrono::seconds time_between(Micros begin, Micros end) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::microseconds(end - begin));
}

// The pair that was issued `age` ago: `tokens` is the access token and the refresh token, separated by a space.
TokenPair replayed_pair(const Secret& tokens, const Grant& grant, Micros age, Micros now) {
  const auto both = split(tokens.reveal(), ' ');
  TokenPair pair;
  pair.access_token = Secret(std::string(both.at(0)));
  pair.refresh_token = Secret(std::string(both.at(1)));
  pair.expires_in = time_between(now, std::min(now - age + to_micros(kAccessTokenAge), grant.expires_at));
  pair.oauth_scope = grant.oauth_scope;
  pair.replayed = true;
  return pair;
}

bool alive(const std::optional<Grant>& grant, std::string_view client_id, Micros now) {
  return grant && !grant->revoked_at && grant->expires_at > now && grant->client_id == client_id;
}

}  // namespace

GrantService::GrantService(Database& db, CredentialIndex& index, const Clock& clock, std::string resource,
                           std::chrono::seconds replay_window)
    : db_(db),
      index_(index),
      clock_(clock),
      resource_(std::move(resource)),
      replay_window_(to_micros(replay_window)) {}

Result<void> GrantService::follow(Transaction& tx, std::string_view where, std::string_view id) {
  return grant_store::index_rows(
      tx, where, id, resource_, [this](const Sha256Digest& digest, const Credential& credential, bool alive) {
        if (alive) {
          index_.put(digest, credential);
        } else {
          index_.erase(digest);
        }
      });
}

Result<void> GrantService::start() {
  db_.on_change("grant", [this](const ChangeEntry& entry) {
    return db_.read([&](Transaction& tx) { return follow(tx, "g.id = $1", entry.entity); });
  });
  db_.on_change("user", [this](const ChangeEntry& entry) {
    return db_.read([&](Transaction& tx) { return follow(tx, "g.user_id = $1", entry.entity); });
  });
  return db_.read([&](Transaction& tx) { return follow(tx, "$1 = ''", ""); });
}

Result<TokenId> GrantService::create(Transaction& tx, const Approval& approval) {
  const Micros now = clock_.now();
  Grant grant;
  grant.id = TokenId::make();
  grant.user = approval.user;
  grant.client_id = approval.client_id;
  grant.scope = approval.scope;
  grant.oauth_scope = approval.oauth_scope;
  grant.resource = approval.resource;
  grant.refreshes = approval.refreshes;
  grant.created_at = now;
  grant.expires_at = now + to_micros(kGrantAge);
  WICK_TRY(living, grant_store::count_living(tx, grant.user, now));
  if (living >= kMaxGrantsPerUser) {
    return fail(ErrorCode::kLimit, "You have connected " + std::to_string(kMaxGrantsPerUser) +
                                       " apps, the most there can be: disconnect some that you do not use.");
  }
  WICK_CHECK(grant_store::forget_ended(tx, grant.user, now, kMaxEndedTokensPerUser));
  WICK_CHECK(grant_store::insert(tx, grant));
  WICK_TRY(active, grant_store::get(tx, grant.id));
  if (!active) return fail(ErrorCode::kNotFound, "There is no active user with this id.");
  return grant.id;
}

Result<Secret> GrantService::approve(const Approval& approval) {
  Secret code(random_hex(kCodeRandomBytes));
  WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(grant, create(tx, approval));
    return grant_store::insert_code(
        tx, sha256(code.reveal()),
        {grant, approval.redirect_uri, approval.code_challenge, clock_.now() + to_micros(kCodeAge), false});
  }));
  return code;
}

Result<TokenPair> GrantService::first_tokens(Transaction& tx, const TokenId& id, std::string_view client_id,
                                             std::string_view user_agent) {
  const Micros now = clock_.now();
  WICK_TRY(grant, grant_store::get(tx, id));
  if (!alive(grant, client_id, now)) return invalid_grant();
  WICK_CHECK(grant_store::set_tokens_issued(tx, id));
  return issue(tx, *grant, truncate_utf8(user_agent, kMaxUserAgentBytes), now);
}

Result<TokenPair> GrantService::issue(Transaction& tx, const Grant& grant, std::string_view user_agent,
                                      Micros now) {
  TokenPair pair;
  pair.oauth_scope = grant.oauth_scope;
  pair.access_token = Secret(std::string(kAccessTokenPrefix) + random_hex(kAccessRandomBytes));
  const Micros access_ends = std::min(now + to_micros(kAccessTokenAge), grant.expires_at);
  pair.expires_in = time_between(now, access_ends);
  WICK_CHECK(grant_store::insert_access(tx, sha256(pair.access_token.reveal()), grant.id, access_ends));
  if (grant.refreshes) {
    pair.refresh_token = Secret(std::string(kRefreshTokenPrefix) + random_hex(kRefreshRandomBytes));
    grant_store::RefreshToken row;
    row.grant = grant.id;
    row.expires_at = std::min(now + to_micros(kRefreshTokenAge), grant.expires_at);
    row.user_agent = std::string(user_agent);
    WICK_CHECK(grant_store::insert_refresh(tx, sha256(pair.refresh_token.reveal()), row));
    WICK_CHECK(grant_store::forget_rotated(tx, grant.id, kMaxRotatedPerGrant));
  }
  WICK_CHECK(tx.changed("grant", grant.id.str()));
  return pair;
}

Result<TokenPair> GrantService::exchange(const CodeExchange& request) {
  const auto digest = sha256(request.code);
  const std::string user_agent(truncate_utf8(request.user_agent, kMaxUserAgentBytes));
  // nullopt: the code is refused, and the transaction is committed with the revocation.
  WICK_TRY(pair, db_.write([&](Transaction& tx) -> Result<std::optional<TokenPair>> {
    const Micros now = clock_.now();
    WICK_TRY(code, grant_store::get_code(tx, digest));
    if (!code) return std::nullopt;
    WICK_TRY(grant, grant_store::get(tx, code->grant));
    if (!alive(grant, request.client_id, now) ||
        (!request.redirect_uri.empty() && code->redirect_uri != request.redirect_uri) ||
        (!request.resource.empty() && request.resource != grant->resource) ||
        !proves(request.code_verifier, code->code_challenge)) {
      return std::nullopt;
    }
    if (code->used) {
      WICK_CHECK(grant_store::revoke(tx, grant->id, now, "", "its code was used twice"));
      WICK_CHECK(tx.changed("grant", grant->id.str()));
      return std::nullopt;
    }
    WICK_TRY(taken, grant_store::take_code(tx, digest, now));
    if (taken != 1) return std::nullopt;
    WICK_TRY(issued, first_tokens(tx, grant->id, request.client_id, user_agent));
    return std::move(issued);
  }));
  if (!pair) return invalid_grant();
  return std::move(*pair);
}

Result<TokenPair> GrantService::refresh(const RefreshRequest& request) {
  const auto digest = sha256(request.refresh_token);
  const std::string user_agent(truncate_utf8(request.user_agent, kMaxUserAgentBytes));
  WICK_TRY(key, replay_key(request.refresh_token));
  const std::string place = to_hex(digest);
  // nullopt: the token is refused, and the transaction is committed with the revocation.
  WICK_TRY(pair, db_.write([&](Transaction& tx) -> Result<std::optional<TokenPair>> {
    const Micros now = clock_.now();
    WICK_TRY(token, grant_store::get_refresh(tx, as_bytes(digest)));
    if (!token) return std::nullopt;
    WICK_TRY(grant, grant_store::get(tx, token->grant));
    if (!alive(grant, request.client_id, now) || token->expires_at <= now ||
        (!request.resource.empty() && request.resource != grant->resource)) {
      return std::nullopt;
    }
    if (!within(request.scope, grant->oauth_scope))
      return fail(ErrorCode::kInvalidArgument, "The scope is wider than what the user granted.");
    if (token->rotated_at) {
      WICK_TRY(successor, grant_store::get_refresh(tx, token->successor));
      const Micros age = now - *token->rotated_at;
      const bool may_replay = age < replay_window_ && !token->replay.empty() && successor &&
                              !successor->rotated_at && successor->user_agent == user_agent;
      if (may_replay) {
        WICK_TRY(opened, key.open(token->replay, place));
        return replayed_pair(opened, *grant, age, now);
      }
      WICK_CHECK(grant_store::revoke(tx, grant->id, now, "", "a refresh token was used twice"));
      WICK_CHECK(tx.changed("grant", grant->id.str()));
      return std::nullopt;
    }
    WICK_TRY(issued, issue(tx, *grant, user_agent, now));
    const Secret both(std::string(issued.access_token.reveal()) + " " +
                      std::string(issued.refresh_token.reveal()));
    const std::string sealed = replay_window_ > 0 ? key.seal(both, place) : std::string();
    WICK_TRY(taken,
             grant_store::take_refresh(tx, digest, now, sha256(issued.refresh_token.reveal()), sealed));
    if (taken != 1) return fail(ErrorCode::kConflict, "Another request used this refresh token: try again.");
    WICK_CHECK(grant_store::wipe_replay(tx, digest));
    return std::move(issued);
  }));
  if (!pair) return invalid_grant();
  return std::move(*pair);
}

Result<void> GrantService::revoke_token(std::string_view token, std::string_view client_id) {
  const auto digest = sha256(token);
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    const Micros now = clock_.now();
    WICK_TRY(access, grant_store::grant_of_access(tx, digest));
    WICK_TRY(refresh, grant_store::get_refresh(tx, as_bytes(digest)));
    if (!access && !refresh) return {};
    const TokenId id = access ? *access : refresh->grant;
    WICK_TRY(grant, grant_store::get(tx, id));
    if (!alive(grant, client_id, now)) return {};
    WICK_CHECK(access ? grant_store::revoke_access(tx, digest, now)
                      : grant_store::revoke(tx, id, now, "", "revoked by the client"));
    return tx.changed("grant", id.str());
  });
}

Result<void> GrantService::revoke(const Actor& actor, const TokenId& id, std::string_view reason) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(grant, grant_store::get(tx, id));
    const bool may = grant && !grant->revoked_at && (actor.admin || grant->user == actor.user);
    if (!may) return no_connection();
    WICK_CHECK(grant_store::revoke(tx, id, clock_.now(), actor.user.str(), reason));
    return tx.changed("grant", id.str());
  });
}

namespace {

Result<std::int64_t> revoke_listed(Database& db, const Actor& actor, std::string_view user,
                                   std::string_view client, std::string_view reason, Micros now) {
  return db.write_with_reserve([&](Transaction& tx) -> Result<std::int64_t> {
    std::int64_t total = 0;
    WICK_TRY(grants, grant_store::list(tx, user, client, true, now));
    for (const Grant& grant : grants) {
      WICK_TRY(revoked, grant_store::revoke(tx, grant.id, now, actor.user.str(), reason));
      WICK_CHECK(tx.changed("grant", grant.id.str()));
      total += revoked;
    }
    return total;
  });
}

}  // namespace

Result<std::int64_t> GrantService::revoke_all_of(const Actor& actor, const UserId& user,
                                                 std::string_view reason) {
  if (!actor.admin && actor.user != user) return fail(ErrorCode::kForbidden, "Only admins may do this.");
  return revoke_listed(db_, actor, user.str(), "", reason, clock_.now());
}

Result<std::int64_t> GrantService::revoke_client(const Actor& actor, std::string_view client_id,
                                                 std::string_view reason) {
  if (!actor.admin) return fail(ErrorCode::kForbidden, "Only admins may do this.");
  return revoke_listed(db_, actor, "", client_id, reason, clock_.now());
}

Result<std::vector<Grant>> GrantService::list(const UserId& user, std::string_view client_id) {
  const std::string user_id = user.empty() ? std::string() : user.str();
  WICK_TRY(grants, db_.read([&](Transaction& tx) {
    return grant_store::list(tx, user_id, client_id, false, clock_.now());
  }));
  std::multimap<TokenId, LastUse> uses;
  for (LastUse& use : index_.unwritten_uses(CredentialKind::kOAuth)) uses.emplace(use.id, std::move(use));
  for (Grant& grant : grants) {
    const auto [begin, end] = uses.equal_range(grant.id);
    for (auto use = begin; use != end; ++use) show_use(grant, use->second);
  }
  return std::move(grants);
}

Result<Grant> GrantService::get(const Actor& actor, const TokenId& id) {
  WICK_TRY(grant, db_.read([&](Transaction& tx) { return grant_store::find(tx, id); }));
  if (!grant || (!actor.admin && grant->user != actor.user)) return no_connection();
  for (const LastUse& use : index_.unwritten_uses({&id, 1})) show_use(*grant, use);
  return std::move(*grant);
}

Result<std::map<std::string, std::int64_t>> GrantService::count_by_client() {
  return db_.read([&](Transaction& tx) { return grant_store::count_by_client(tx, clock_.now()); });
}

Result<std::int64_t> GrantService::count() {
  WICK_TRY(counts, count_by_client());
  std::int64_t total = 0;
  for (const auto& [client, count] : counts) total += count;
  return total;
}

Result<std::optional<GrantService::Introspection>> GrantService::introspect(std::string_view access_token) {
  const auto credential = index_.peek(sha256(access_token), clock_.now());
  if (!credential || credential->kind != CredentialKind::kOAuth) return std::nullopt;
  WICK_TRY(grant, db_.read([&](Transaction& tx) { return grant_store::get(tx, credential->id); }));
  if (!grant || grant->revoked_at) return std::nullopt;
  return Introspection{std::move(*grant), Micros(credential->expires_at) * kMicrosPerSecond};
}

Result<void> GrantService::flush_last_uses() {
  const auto uses = index_.unwritten_uses(CredentialKind::kOAuth);
  std::span<const LastUse> rest(uses);
  while (!rest.empty()) {
    const auto step = rest.first(std::min(rest.size(), kFlushStep));
    WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
      for (const LastUse& use : step) WICK_CHECK(grant_store::set_last_use(tx, use));
      return {};
    }));
    index_.written(step);
    rest = rest.subspan(step.size());
  }
  return {};
}

Result<void> GrantService::wipe_replays() {
  const Micros before = clock_.now() - replay_window_;
  WICK_TRY(waiting, db_.read([&](Transaction& tx) { return grant_store::has_replays(tx, before); }));
  if (!waiting) return {};
  return db_.write_with_reserve([&](Transaction& tx) { return grant_store::wipe_replays(tx, before); });
}

Result<void> GrantService::purge() {
  index_.erase_expired(clock_.now());
  return grant_store::purge(db_, clock_.now());
}

}  // namespace wick
