#include "identity/session_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/network.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "identity/link_store.h"
#include "identity/session_store.h"
#include "identity/user_store.h"

namespace wick {
namespace {

constexpr std::size_t kCookieBytes = 32;
constexpr std::size_t kMaxAccountBytes = 300;  // of an email as it was typed
constexpr std::int64_t kMaxKnownAddresses =
    100;  // of open sessions, the latest, that a sign-in is compared with

constexpr std::string_view kPendingPlace = "pending sign-in";
constexpr std::size_t kMaxPendingBytes = 1024;

std::unexpected<Error> wrong() {
  return fail(ErrorCode::kUnauthenticated, "The email or the password is wrong.");
}

std::unexpected<Error> signed_out() {
  return fail(ErrorCode::kUnauthenticated, "You are signed out: sign in again.");
}

}  // namespace

SessionService::SessionService(Database& db, const AccessStore& access, const SealingKey& key,
                               SecondFactorService& second_factors, const Clock& clock)
    : db_(db), access_(access), key_(key), second_factors_(second_factors), clock_(clock) {
  for (const char* kind : {"session", "user"})
    db_.on_change(kind, [this](const ChangeEntry& entry) { return mark_ended(entry.entity); });
}

Result<bool> SessionService::exists(const SessionId& id) {
  return db_.read([&](Transaction& tx) { return session_store::exists(tx, id); });
}

// One session, or all sessions of a user, may have ended.
Result<void> SessionService::mark_ended(std::string_view entity) {
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
    WICK_TRY(found, exists(one->id));
    if (!found) one->ended = true;
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
  WICK_TRY(found, exists(session.id));
  if (!found) return signed_out();
  return [this, watched, expires_at = session.expires_at] {
    const auto snapshot = access_.snapshot();
    const UserEntry* user = snapshot->user(watched->user);
    return !watched->ended && clock_.now() < expires_at && user != nullptr &&
           user->status == UserStatus::kActive;
  };
}

Result<SessionService::Account> SessionService::find_account(const std::string& email, std::string_view ip) {
  return db_.read([&](Transaction& tx) -> Result<Account> {
    Account account;
    auto found = user_store::find(tx, email, clock_.now());
    if (!found && found.error().code != ErrorCode::kNotFound) return fail(std::move(found.error()));
    if (!found || found->status != UserStatus::kActive || found->email != email) return account;
    account.user = found->id;
    WICK_TRY(hash, user_store::password_hash(tx, account.user.str()));
    account.hash = std::move(hash);
    WICK_TRY(known, is_known_network(tx, account.user, ip));
    account.known_network = known;
    return account;
  });
}

Result<bool> SessionService::is_known_network(Transaction& tx, const UserId& user, std::string_view ip) {
  const std::string network = client_network(ip);
  WICK_TRY(addresses, session_store::addresses(tx, user, clock_.now(), kMaxKnownAddresses));
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const std::string& address) { return client_network(address) == network; });
}

Result<SignIn> SessionService::sign_in(std::string_view email, const Secret& password, std::string_view ip,
                                       std::string_view user_agent) {
  const std::string name = to_lower_ascii(email.substr(0, kMaxAccountBytes));
  WICK_TRY(account, find_account(name, ip));
  WICK_TRY(attempt, throttle_.start_attempt(name, ip, account.known_network, clock_.now()));
  const bool good =
      account.hash.empty() ? verify_no_password(password) : verify_password(account.hash, password);
  if (!good) return throttle_.failed(attempt, wrong().error());
  throttle_.succeeded(attempt, clock_.now());
  return after_password(account, ip, user_agent);
}

Result<SignIn> SessionService::sign_in_by_link(const UserId& user, std::string_view ip,
                                               std::string_view user_agent) {
  Account account;
  account.user = user;
  WICK_TRY(hash, db_.read([&](Transaction& tx) { return user_store::password_hash(tx, user.str()); }));
  account.hash = std::move(hash);
  return after_password(account, ip, user_agent);
}

// Decides inside a write transaction. So a second factor that was just turned on is required, and a password that was changed
// meanwhile opens no session.
Result<SignIn> SessionService::after_password(const Account& account, std::string_view ip,
                                              std::string_view user_agent) {
  NewBrowserSession made = make_session(account.user, ip, user_agent, SignInMethod::kPassword);
  std::string email;
  const auto decide = [&](Transaction& tx) -> Result<std::string> {
    WICK_TRY(hash, user_store::password_hash(tx, account.user.str()));
    if (hash != account.hash) return wrong();
    WICK_TRY(current, stamp(tx, account.user));
    if (current.empty()) WICK_CHECK(insert(tx, made, email));
    return std::move(current);
  };
  WICK_TRY(stamped, db_.write_with_reserve(decide));
  if (stamped.empty()) {
    remember(made.session, email);
    return made;
  }
  PendingSignIn pending;
  pending.expires_at = clock_.now() + to_micros(kPendingSignInAge);
  json::object kept;
  kept["user"] = account.user.str();
  kept["stamp"] = stamped;
  kept["ends"] = pending.expires_at;
  const Secret plain(to_json(kept));
  pending.cookie = Secret(to_base64url(key_.seal(plain, kPendingPlace)));
  return pending;
}

Result<std::string> SessionService::stamp(Transaction& tx, const UserId& user) {
  auto factor = second_factors_.stamp(tx, user);
  if (!factor || factor->empty()) return factor;
  auto hash = user_store::password_hash(tx, user.str());
  if (!hash) return hash;
  return to_base64url(as_bytes(sha256(*factor + "\n" + *hash)));
}

Result<NewBrowserSession> SessionService::finish_sign_in(std::string_view pending,
                                                         const SecondFactorProof& proof, std::string_view ip,
                                                         std::string_view user_agent) {
  const auto again = [] {
    return fail(ErrorCode::kUnauthenticated, "This sign-in has expired: start again with your password.");
  };
  const auto sealed = from_base64url(pending);
  if (pending.empty() || pending.size() > kMaxPendingBytes || !sealed) return again();
  const auto plain = key_.open(*sealed, kPendingPlace);
  const json::value value = plain ? parse_trusted_json(plain->reveal()) : json::value();
  if (!value.is_object()) return again();
  const json::object& kept = value.get_object();
  const auto ends = optional_int(kept, "ends");
  const auto user = UserId::parse(text_or_empty(kept, "user"));
  if (!user || !ends || ends->value_or(0) <= clock_.now()) return again();
  WICK_TRY(known, db_.read([&](Transaction& tx) { return is_known_network(tx, *user, ip); }));
  NewBrowserSession made = make_session(*user, ip, user_agent, SignInMethod::kPassword);
  std::string email;
  const auto work = [&](Transaction& tx) -> Result<void> {
    WICK_TRY(current, stamp(tx, *user));
    if (current.empty() || current != text_or_empty(kept, "stamp")) return again();
    WICK_CHECK(second_factors_.use(tx, *user, proof));
    return insert(tx, made, email);
  };
  WICK_CHECK(second_factors_.attempt(*user, proof.kind, {ip, known}, work));
  remember(made.session, email);
  return made;
}

NewBrowserSession SessionService::make_session(const UserId& user, std::string_view ip,
                                               std::string_view user_agent, SignInMethod method) const {
  NewBrowserSession made;
  made.cookie = Secret(random_hex(kCookieBytes));
  BrowserSession& session = made.session;
  session.id = SessionId::make();
  session.user = user;
  session.created_at = session.last_seen_at = clock_.now();
  session.expires_at = session.created_at + to_micros(kSessionAge);
  session.ip = std::string(ip);
  session.user_agent = visible_text(truncate_utf8(user_agent, kMaxUserAgentBytes));
  session.method = method;
  return made;
}

Result<NewBrowserSession> SessionService::open_for(const UserId& user, std::string_view ip,
                                                   std::string_view user_agent, SignInMethod method) {
  NewBrowserSession made = make_session(user, ip, user_agent, method);
  std::string email;
  WICK_CHECK(db_.write_with_reserve([&](Transaction& tx) { return insert(tx, made, email); }));
  remember(made.session, email);
  return made;
}

Result<void> SessionService::insert(Transaction& tx, const NewBrowserSession& made, std::string& email) {
  const BrowserSession& session = made.session;
  const std::string user = session.user.str();
  const auto digest = sha256(made.cookie.reveal());
  // Inside the write transaction, so that a user who was just deactivated gets no session.
  auto found = user_store::find(tx, user, clock_.now());
  if (!found || found->status != UserStatus::kActive) return wrong();
  WICK_CHECK(session_store::insert(tx, session, digest));
  WICK_TRY(ended, session_store::remove_oldest(tx, session.user, kMaxSessionsPerUser));
  if (ended > 0) WICK_CHECK(tx.changed("session", user));
  email = found->email;
  return user_store::set_signed_in(tx, user, session.created_at);
}

void SessionService::remember(const BrowserSession& session, const std::string& email) {
  throttle_.remember(email, session.ip, session.created_at);
  second_factors_.remember(session.user, session.ip, session.created_at);
}

Result<BrowserSession> SessionService::find(std::string_view cookie) {
  auto session = find_before_enrolment(cookie);
  if (session && session->must_enrol) {
    return fail(ErrorCode::kPolicy,
                "This server requires a second factor: turn one on in the web app first.");
  }
  return session;
}

Result<BrowserSession> SessionService::find_before_enrolment(std::string_view cookie) {
  if (cookie.size() != 2 * kCookieBytes) return signed_out();
  const auto digest = sha256(cookie);
  const Micros now = clock_.now();
  WICK_TRY(stored, db_.read([&](Transaction& tx) { return session_store::find(tx, digest, now); }));
  if (!stored) return signed_out();
  BrowserSession& session = stored->session;
  const auto snapshot = access_.snapshot();
  const UserEntry* user = snapshot->user(session.user);
  if (user == nullptr || user->status != UserStatus::kActive) return signed_out();
  session.must_enrol = !stored->has_second_factor && session.method == SignInMethod::kPassword &&
                       second_factors_.is_required(user->role);
  if (session.last_seen_at + to_micros(kLastSeenUpdateInterval) < now) {
    auto done = db_.write([&](Transaction& tx) { return session_store::set_last_seen(tx, session.id, now); });
    // A full disk must not end sessions.
    if (!done && done.error().code != ErrorCode::kUnavailable) return fail(std::move(done.error()));
    if (done) session.last_seen_at = now;
  }
  return std::move(session);
}

Result<void> SessionService::end(const SessionId& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_CHECK(session_store::remove(tx, id));
    return tx.changed("session", id.str());
  });
}

Result<std::vector<BrowserSession>> SessionService::list(const UserId& user) {
  return db_.read([&](Transaction& tx) { return session_store::list(tx, user, clock_.now()); });
}

Result<void> SessionService::revoke(const UserId& user, const SessionId& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, session_store::remove(tx, user, id));
    if (removed == 0) return fail(ErrorCode::kNotFound, "There is no such sign-in: it may have ended.");
    return tx.changed("session", id.str());
  });
}

Result<void> SessionService::confirm_password(const BrowserSession& session, const Secret& password) {
  // The network of the session counts, so guesses from several networks with one cookie count together.
  WICK_TRY(attempt,
           throttle_.start_attempt("password/" + session.user.str(), session.ip, true, clock_.now()));
  const std::string user = session.user.str();
  WICK_TRY(hash, db_.read([&](Transaction& tx) { return user_store::password_hash(tx, user); }));
  if (hash.empty() || !verify_password(hash, password))
    return fail(ErrorCode::kForbidden, "The current password is wrong.");
  throttle_.succeeded(attempt, clock_.now());
  return {};
}

Result<void> SessionService::change_password(const BrowserSession& session, const Secret& current,
                                             const Secret& next, bool end_connections) {
  WICK_CHECK(confirm_password(session, current));
  WICK_CHECK(check_password(next));
  const std::string hash = hash_password(next);
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    const std::string id = session.user.str();
    WICK_CHECK(user_store::set_password(tx, id, hash));
    WICK_CHECK(user_store::end_sessions(tx, id, session.id.str()));
    if (!end_connections) return tx.changed("session", id);
    WICK_CHECK(user_store::end_connections(tx, id, {}, "the password was changed", clock_.now()));
    return tx.changed("user", id);
  });
}

Result<void> SessionService::purge() {
  const Micros now = clock_.now();
  WICK_CHECK(session_store::purge(db_, now));
  return link_store::purge(db_, now);
}

}  // namespace wick
