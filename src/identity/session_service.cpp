#include "identity/session_service.h"

#include "base/network.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "identity/user_store.h"

namespace wick {
namespace {

constexpr std::size_t kCookieBytes = 32;
constexpr std::size_t kMaxUserAgentBytes = 300;
constexpr std::size_t kMaxAccountBytes = 300;  // of an email as typed: longer than any that exists
constexpr const char* kSelect =
    "SELECT id, user_id, created_at, last_seen_at, expires_at, ip, user_agent FROM sessions ";

BrowserSession read(const SqlRow& row) {
  BrowserSession session;
  session.id = SessionId::parse(row.bytes(0)).value_or(SessionId{});
  session.user = UserId::parse(row.bytes(1)).value_or(UserId{});
  session.created_at = row.integer(2);
  session.last_seen_at = row.integer(3);
  session.expires_at = row.integer(4);
  session.ip = row.text(5);
  session.user_agent = row.text(6);
  return session;
}

std::unexpected<Error> wrong() {
  return fail(ErrorCode::kUnauthenticated, "The email or the password is wrong.");
}

std::unexpected<Error> signed_out() {
  return fail(ErrorCode::kUnauthenticated, "You are signed out: sign in again.");
}

}  // namespace

SessionService::SessionService(Database& db, const AccessStore& access, const Clock& clock)
    : db_(db), access_(access), clock_(clock) {
  for (const char* kind : {"session", "user"})
    db_.on_change(kind, [this](const ChangeEntry& entry) { return look_at(entry.entity); });
}

Result<bool> SessionService::exists(const SessionId& id) {
  bool found = false;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each("SELECT id FROM sessions WHERE id = $1", {std::string_view(id.str())},
                       [&](const SqlRow&) { found = true; });
  });
  if (!done) return fail(std::move(done.error()));
  return found;
}

// A session, or all of a user's, may have ended.
Result<void> SessionService::look_at(std::string_view entity) {
  std::vector<std::shared_ptr<Watched>> concerned;
  {
    const std::lock_guard lock(watched_mutex_);
    std::erase_if(watched_, [](const auto& one) { return one.expired(); });
    for (const auto& one : watched_) {
      auto living = one.lock();
      if (living != nullptr && (living->id.str() == entity || living->user.str() == entity))
        concerned.push_back(std::move(living));
    }
  }
  for (const auto& one : concerned) {
    auto found = exists(one->id);
    if (!found) return fail(std::move(found.error()));
    if (!*found) one->ended = true;
  }
  return {};
}

Result<std::function<bool()>> SessionService::watch(const BrowserSession& session) {
  const auto watched = std::make_shared<Watched>();
  watched->id = session.id;
  watched->user = session.user;
  {
    const std::lock_guard lock(watched_mutex_);
    std::erase_if(watched_, [](const auto& one) { return one.expired(); });
    watched_.push_back(watched);
  }
  auto found = exists(session.id);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return signed_out();
  return [this, watched, expires_at = session.expires_at] {
    const auto snapshot = access_.snapshot();
    const UserEntry* user = snapshot->user(watched->user);
    return !watched->ended && clock_.now() < expires_at && user != nullptr &&
           user->status == UserStatus::kActive;
  };
}

Result<SessionService::Account> SessionService::find_account(const std::string& email, std::string_view ip) {
  Account account;
  const Micros now = clock_.now();
  const std::string network = client_network(ip);
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    auto found = user_store::find(tx, email, now);
    if (!found && found.error().code != ErrorCode::kNotFound) return fail(std::move(found.error()));
    if (!found || found->status != UserStatus::kActive || found->email != email) return {};
    account.user = found->id;
    auto stored = user_store::password_hash(tx, account.user.str());
    if (!stored) return fail(std::move(stored.error()));
    account.hash = std::move(*stored);
    return tx.for_each(
        "SELECT ip FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY "
        "last_seen_at DESC LIMIT 100",
        {std::string_view(account.user.str()), now, now - kSessionIdle}, [&](const SqlRow& row) {
          account.known_network = account.known_network || client_network(row.text(0)) == network;
        });
  });
  if (!done) return fail(std::move(done.error()));
  return account;
}

Result<NewBrowserSession> SessionService::sign_in(std::string_view email, const Secret& password,
                                                  std::string_view ip, std::string_view user_agent) {
  const std::string name = to_lower_ascii(email.substr(0, kMaxAccountBytes));
  auto account = find_account(name, ip);
  if (!account) return fail(std::move(account.error()));
  auto attempt = throttle_.begin(name, ip, account->known_network, clock_.now());
  if (!attempt) return fail(std::move(attempt.error()));
  const bool good =
      account->hash.empty() ? verify_no_password(password) : verify_password(account->hash, password);
  if (!good) return throttle_.failed(*attempt, wrong().error());
  throttle_.succeeded(*attempt, clock_.now());
  return open_for(account->user, ip, user_agent);
}

Result<NewBrowserSession> SessionService::open_for(const UserId& user, std::string_view ip,
                                                   std::string_view user_agent) {
  NewBrowserSession made;
  made.cookie = Secret(random_hex(kCookieBytes));
  BrowserSession& session = made.session;
  session.id = SessionId::make();
  session.user = user;
  session.created_at = session.last_seen_at = clock_.now();
  session.expires_at = session.created_at + kSessionAge;
  session.ip = std::string(ip);
  session.user_agent = visible_text(truncate_utf8(user_agent, kMaxUserAgentBytes));
  const auto digest = sha256(made.cookie.reveal());
  std::string email;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    // Inside the writer's order: a user who was deactivated a moment ago gets no session.
    auto found = user_store::find(tx, user.str(), clock_.now());
    if (!found || found->status != UserStatus::kActive) return wrong();
    auto inserted = tx.execute(
        "INSERT INTO sessions (id, digest, user_id, ip, user_agent, created_at, last_seen_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {std::string_view(session.id.str()), BlobView{as_bytes(digest)}, std::string_view(user.str()),
         std::string_view(session.ip), std::string_view(session.user_agent), session.created_at,
         session.last_seen_at, session.expires_at});
    if (!inserted) return fail(std::move(inserted.error()));
    // By sessions_user.
    auto ended = tx.execute(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC "
        "LIMIT 100 OFFSET $2)",
        {std::string_view(user.str()), kMaxSessionsPerUser});
    if (!ended) return fail(std::move(ended.error()));
    if (*ended > 0) {
      if (auto logged = tx.changed("session", user.str()); !logged) return logged;
    }
    email = found->email;
    return user_store::set_signed_in(tx, user.str(), session.created_at);
  });
  if (!done) return fail(std::move(done.error()));
  throttle_.remember(email, ip, session.created_at);
  return made;
}

Result<BrowserSession> SessionService::find(std::string_view cookie) {
  if (cookie.size() != 2 * kCookieBytes) return signed_out();
  const auto digest = sha256(cookie);
  const Micros now = clock_.now();
  std::optional<BrowserSession> session;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(std::string(kSelect) + "WHERE digest = $1 AND expires_at > $2 AND last_seen_at > $3",
                       {BlobView{as_bytes(digest)}, now, now - kSessionIdle},
                       [&](const SqlRow& row) { session = read(row); });
  });
  if (!done) return fail(std::move(done.error()));
  if (!session) return signed_out();
  const auto snapshot = access_.snapshot();
  const UserEntry* user = snapshot->user(session->user);
  if (user == nullptr || user->status != UserStatus::kActive) return signed_out();
  if (session->last_seen_at + kSeenEvery < now) {
    done = db_.write(
        [&](Transaction& tx) -> Result<void> {
          auto seen = tx.execute("UPDATE sessions SET last_seen_at = $2 WHERE id = $1",
                                 {std::string_view(session->id.str()), now});
          if (!seen) return fail(std::move(seen.error()));
          return {};
        },
        Space::kNeedsRoom);
    // A full disk must not sign anybody out.
    if (!done && done.error().code != ErrorCode::kUnavailable) return fail(std::move(done.error()));
    if (done) session->last_seen_at = now;
  }
  return std::move(*session);
}

Result<void> SessionService::end(const SessionId& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    auto done = tx.execute("DELETE FROM sessions WHERE id = $1", {std::string_view(id.str())});
    if (!done) return fail(std::move(done.error()));
    return tx.changed("session", id.str());
  });
}

Result<std::vector<BrowserSession>> SessionService::list(const UserId& user) {
  std::vector<BrowserSession> sessions;
  auto done = db_.read([&](Transaction& tx) {
    return tx.for_each(
        std::string(kSelect) +
            "WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC",
        {std::string_view(user.str()), clock_.now(), clock_.now() - kSessionIdle},
        [&](const SqlRow& row) { sessions.push_back(read(row)); });
  });
  if (!done) return fail(std::move(done.error()));
  return sessions;
}

Result<void> SessionService::revoke(const UserId& user, const SessionId& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    auto done = tx.execute("DELETE FROM sessions WHERE id = $1 AND user_id = $2",
                           {std::string_view(id.str()), std::string_view(user.str())});
    if (!done) return fail(std::move(done.error()));
    if (*done == 0) return fail(ErrorCode::kNotFound, "There is no such sign-in: it may have ended.");
    return tx.changed("session", id.str());
  });
}

Result<void> SessionService::change_password(const BrowserSession& session, const Secret& current,
                                             const Secret& next, bool end_connections) {
  // The session names the network, so guesses from elsewhere with the same cookie count together.
  auto attempt = throttle_.begin("password/" + session.user.str(), session.ip, true, clock_.now());
  if (!attempt) return fail(std::move(attempt.error()));
  std::string hash;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    auto stored = user_store::password_hash(tx, session.user.str());
    if (!stored) return fail(std::move(stored.error()));
    hash = std::move(*stored);
    return {};
  });
  if (!done) return done;
  if (hash.empty() || !verify_password(hash, current))
    return fail(ErrorCode::kForbidden, "The current password is wrong.");
  throttle_.succeeded(*attempt, clock_.now());
  if (auto checked = check_password(next); !checked) return checked;
  const std::string fresh = hash_password(next);
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    if (auto set = user_store::set_password(tx, session.user.str(), fresh); !set) return set;
    auto ended = tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2",
                            {std::string_view(session.user.str()), std::string_view(session.id.str())});
    if (!ended) return fail(std::move(ended.error()));
    const std::string id = session.user.str();
    if (!end_connections) return tx.changed("session", id);
    auto disconnected = user_store::end_connections(tx, id, {}, "the password was changed", clock_.now());
    if (!disconnected) return disconnected;
    return tx.changed("user", id);
  });
}

Result<void> SessionService::purge() {
  const Micros now = clock_.now();
  const std::pair<const char*, Micros> statements[] = {
      {"DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)", now},
      {"DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE last_seen_at <= $1 LIMIT $2)",
       now - kSessionIdle},
      {"DELETE FROM links WHERE digest IN (SELECT digest FROM links WHERE expires_at <= $1 LIMIT $2)", now}};
  for (const auto& [sql, at] : statements) {
    if (auto done = delete_in_steps(db_, sql, at); !done) return done;
  }
  return {};
}

}  // namespace wick
