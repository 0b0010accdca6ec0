#include "identity/oidc_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/network.h"
#include "base/offload.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "identity/id_token.h"
#include "identity/oidc_store.h"
#include "identity/user_store.h"

namespace wick {
namespace {

constexpr std::string_view kPlace = "oidc sign-in";
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kMaxGroups = 1000;

std::unexpected<OidcRefusal> refuse(std::string code, std::string reason) {
  return std::unexpected(OidcRefusal{std::move(code), std::move(reason)});
}

std::unexpected<OidcRefusal> refuse(const Error& error) {
  return refuse(error.code == ErrorCode::kUnavailable ? "oidc_unavailable" : "oidc_failed", error.message);
}

// Browsers read "/\host" as "//host", and drop tabs and line breaks from a URL. Such a path could lead to another site.
std::string safe_path(std::string path) {
  const bool sound = path.starts_with('/') && path.size() <= kMaxReturnPathBytes &&
                     (path.size() == 1 || (path[1] != '/' && path[1] != '\\')) &&
                     std::none_of(path.begin(), path.end(),
                                  [](char c) { return (c >= 0 && c < 0x21) || c == '"' || c == '\\'; });
  return sound ? path : "/";
}

std::string name_from(const json::object& claims, const std::string& email) {
  std::string name = visible_text(text_or_empty(claims, "name"));
  if (name.empty()) name = visible_text(text_or_empty(claims, "preferred_username"));
  if (name.empty()) name = email.substr(0, email.find('@'));
  return visible_text(truncate_utf8(trim(name), kMaxUserNameBytes));
}

// The email and the claim that it is verified, both from the same source: a claim of one source must not apply to the email of
// another source.
struct Email {
  std::string address;
  bool verified = false;
};
Email email_of(const json::object& claims, bool trusted) {
  Email email{to_lower_ascii(trim(text_or_empty(claims, "email"))), trusted};
  if (const auto* said = claims.if_contains("email_verified"); said != nullptr)
    email.verified = said->is_bool() && said->get_bool();
  if (email.address.empty()) email.verified = false;
  return email;
}

}  // namespace

OidcService::OidcService(Dependencies dependencies)
    : db_(dependencies.db),
      sessions_(dependencies.sessions),
      pool_(dependencies.pool),
      key_(dependencies.key),
      clock_(dependencies.clock),
      options_(dependencies.options),
      redirect_uri_(dependencies.public_url + "/oidc/callback"),
      provider_(dependencies.http, dependencies.clock, options_) {}

http::Task<Result<OidcStart>> OidcService::start(std::string next) {
  WICK_CO_TRY(provider, co_await provider_.metadata());
  const Pending pending{random_hex(kRandomBytes), random_hex(kRandomBytes),
                        to_base64url(random_bytes(kRandomBytes)), safe_path(std::move(next))};
  json::object kept;
  kept["state"] = pending.state;
  kept["nonce"] = pending.nonce;
  kept["verifier"] = pending.verifier;
  kept["next"] = pending.next;
  kept["ends"] = clock_.now() + to_micros(kOidcSignInAge);
  OidcStart out;
  const Secret plain(to_json(kept));
  out.cookie = Secret(to_base64url(key_.seal(plain, kPlace)));
  const std::string& endpoint = provider->authorization_endpoint;
  out.location = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                 "response_type=code&client_id=" + percent_encode(options_.client_id) +
                 "&redirect_uri=" + percent_encode(redirect_uri_) + "&scope=openid%20email%20profile" +
                 "&state=" + pending.state + "&nonce=" + pending.nonce +
                 "&code_challenge=" + to_base64url(as_bytes(sha256(pending.verifier))) +
                 "&code_challenge_method=S256";
  co_return std::move(out);
}

std::expected<OidcService::Pending, OidcRefusal> OidcService::open(const OidcCallback& callback) const {
  const auto sealed = from_base64url(callback.cookie);
  if (callback.cookie.empty() || !sealed)
    return refuse("oidc_failed", "the browser did not bring the cookie of a sign-in it has started");
  const auto plain = key_.open(*sealed, kPlace);
  const json::value value = plain ? parse_trusted_json(plain->reveal()) : json::value();
  if (!value.is_object())
    return refuse("oidc_failed", "the cookie of the sign-in is not one that this server has made");
  const json::object& kept = value.get_object();
  const auto ends = optional_int(kept, "ends");
  if (!ends || ends->value_or(0) <= clock_.now())
    return refuse("oidc_failed", "the sign-in took longer than ten minutes");
  Pending pending{text_or_empty(kept, "state"), text_or_empty(kept, "nonce"), text_or_empty(kept, "verifier"),
                  text_or_empty(kept, "next")};
  if (callback.state.empty() || !equal_constant_time(callback.state, pending.state))
    return refuse("oidc_failed", "the state is not that of the sign-in this browser has started");
  return pending;
}

Result<void> OidcService::use_once(std::string_view state) {
  return db_.write_with_reserve([&](Transaction& tx) {
    return oidc_store::use_state(tx, sha256(state), clock_.now() + to_micros(kOidcSignInAge));
  });
}

http::Task<std::expected<OidcSignIn, OidcRefusal>> OidcService::finish(OidcCallback callback) {
  const std::string network = client_network(callback.ip);
  if (refused_codes_.wait(network, clock_.now()).count() > 0)
    co_return refuse("oidc_failed", "too many failed sign-ins from this address");
  WICK_CO_TRY(pending, open(callback));
  auto used = co_await offload(pool_, network, [&] { return use_once(callback.state); });
  if (!used) {
    if (used.error().code == ErrorCode::kConflict)
      co_return refuse("oidc_failed", "this sign-in was finished before: its state is good once");
    co_return refuse(used.error());
  }
  auto provider = co_await provider_.metadata();
  if (!provider) co_return refuse(provider.error());
  // RFC 9207 §2.4: a response of another issuer is refused (mix-up).
  if (callback.issuer.empty() ? (*provider)->says_issuer : callback.issuer != options_.issuer)
    co_return refuse("oidc_failed", "the answer's iss is not oidc.issuer");
  if (!callback.error.empty() || callback.code.empty()) {
    const bool plain = callback.error.size() <= 40 &&
                       callback.error.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    co_return refuse("oidc_failed", "the provider answers with " + (callback.error.empty() ? "no code"
                                                                    : plain ? "the error " + callback.error
                                                                            : "an error that is not a word"));
  }
  auto tokens = co_await provider_.exchange(callback.code, pending.verifier, redirect_uri_);
  if (!tokens) {
    if (tokens.error().code == ErrorCode::kUnauthenticated) refused_codes_.take(network, clock_.now());
    co_return refuse(tokens.error());
  }
  WICK_CO_TRY(person, co_await identify(*tokens, pending.nonce));
  const auto work = [&]() -> Result<std::expected<UserId, OidcRefusal>> {
    return Result<std::expected<UserId, OidcRefusal>>(std::in_place, find_active_user(person));
  };
  auto admitted = co_await offload(pool_, network, work);
  if (!admitted) co_return refuse(admitted.error());
  WICK_CO_TRY(user, std::move(*admitted));
  auto session = co_await offload(pool_, network, [&] {
    return sessions_.open_for(user, callback.ip, callback.user_agent, SignInMethod::kProvider);
  });
  if (!session) co_return refuse(session.error());
  co_return OidcSignIn{std::move(*session), pending.next};
}

http::Task<std::expected<OidcService::Person, OidcRefusal>> OidcService::identify(const json::object& tokens,
                                                                                  const std::string& nonce) {
  const Secret id_token(text_or_empty(tokens, "id_token"));
  auto keys = co_await provider_.keys(false);
  if (!keys) co_return refuse(keys.error());
  const IdTokenExpectation expected{options_.issuer, options_.client_id, nonce, clock_.now()};
  auto claims = verify_id_token(id_token.reveal(), **keys, expected);
  if (!claims && claims.error().code == ErrorCode::kNotFound) {
    auto fresh = co_await provider_.keys(true);
    if (!fresh) co_return refuse(fresh.error());
    claims = verify_id_token(id_token.reveal(), **fresh, expected);
  }
  if (!claims) co_return refuse("oidc_failed", claims.error().message);
  Person person;
  person.subject = text_or_empty(*claims, "sub");
  Email email = email_of(*claims, options_.trust_email);
  json::object more;
  if (email.address.empty() || (!options_.groups_claim.empty() && !claims->contains(options_.groups_claim))) {
    std::string access_token = text_or_empty(tokens, "access_token");
    auto info = co_await provider_.userinfo(std::move(access_token));
    if (!info && email.address.empty()) co_return refuse(info.error());
    // OpenID Connect Core §5.3.2: the subject must be the same.
    if (info && text_or_empty(*info, "sub") != person.subject)
      co_return refuse("oidc_failed", "the userinfo is about somebody else than the ID token (sub)");
    if (info) more = std::move(*info);
    if (email.address.empty()) email = email_of(more, options_.trust_email);
  }
  person.email = email.address;
  person.email_verified = email.verified;
  const bool named_there = !claims->contains("name") && more.contains("name");
  person.name = name_from(named_there ? more : *claims, person.email);
  if (!options_.groups_claim.empty()) {
    const auto* groups = claims->if_contains(options_.groups_claim);
    if (groups == nullptr) groups = more.if_contains(options_.groups_claim);
    std::vector<std::string> names;
    if (groups != nullptr && groups->is_array()) {
      for (const auto& group : groups->get_array()) {
        if (is_text(group) && names.size() < kMaxGroups)
          names.push_back(to_lower_ascii(std::string_view(group.get_string())));
      }
    }
    person.groups = std::move(names);
  }
  co_return person;
}

bool OidcService::domain_allowed(std::string_view email) const {
  if (options_.allowed_domains.empty()) return true;
  const auto at = email.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view domain = email.substr(at + 1);
  return std::find(options_.allowed_domains.begin(), options_.allowed_domains.end(), domain) !=
         options_.allowed_domains.end();
}

std::expected<UserId, OidcRefusal> OidcService::find_active_user(const Person& person) {
  if (!person.email.empty() && !is_plain_email(person.email))
    return refuse("oidc_refused", "the provider gives an email that is not like name@example.com");
  if (!options_.allowed_domains.empty() && !(person.email_verified && domain_allowed(person.email)))
    return refuse("oidc_refused", "the email is not verified, or not of a domain in oidc.allowed_domains");
  OidcRefusal refusal;
  auto user = db_.write_with_reserve([&](Transaction& tx) -> Result<User> {
    auto found = find_or_create(tx, person);
    if (!found) {
      refusal = std::move(found.error());
      return fail(ErrorCode::kForbidden, "");  // rolls back
    }
    if (person.groups && found->status != UserStatus::kDeactivated) {
      WICK_TRY(changed, user_store::follow_groups(tx, found->id.str(), *person.groups));
      if (changed) WICK_CHECK(tx.changed("user", found->id.str()));
    }
    return std::move(*found);
  });
  if (!refusal.code.empty()) return std::unexpected(std::move(refusal));
  if (!user) return refuse(user.error());
  switch (user->status) {
    case UserStatus::kActive:
      return user->id;
    case UserStatus::kPending:
      return refuse("oidc_pending", "the user " + user->id.str() + " waits for an admin's approval");
    default:
      return refuse("oidc_deactivated", "the user " + user->id.str() + " is deactivated");
  }
}

std::expected<User, OidcRefusal> OidcService::find_or_create(Transaction& tx, const Person& person) {
  auto known = user_store::find_identity(tx, options_.issuer, person.subject, clock_.now());
  if (!known) return refuse(known.error());
  if (*known) return std::move(**known);
  if (!person.email_verified) {
    return refuse("oidc_refused",
                  "somebody new has no email that the provider has verified (see oidc.trust_email)");
  }
  auto by_email = user_store::find(tx, person.email, clock_.now());
  if (by_email && by_email->email == person.email)
    return link_identity(tx, std::move(*by_email), person, true);
  if (!by_email && by_email.error().code != ErrorCode::kNotFound) return refuse(by_email.error());
  if (options_.new_users == NewUserPolicy::kRefuse)
    return refuse("oidc_refused", "somebody new, and oidc.new_users is refuse");
  const NewUser request{person.email, person.name, Role::kMember};
  if (auto sound = check_new_user(request); !sound) return refuse("oidc_refused", sound.error().message);
  auto first = user_store::none_yet(tx);
  if (!first) return refuse(first.error());
  if (*first)
    return refuse("oidc_refused", "there is no admin yet: use the set-up link that the server printed");
  User user;
  user.id = UserId::make();
  user.email = person.email;
  user.name = person.name;
  user.status = options_.new_users == NewUserPolicy::kActive ? UserStatus::kActive : UserStatus::kPending;
  user.created_at = clock_.now();
  if (auto inserted = user_store::insert(tx, user, ""); !inserted) return refuse(inserted.error());
  return link_identity(tx, std::move(user), person, false);
}

std::expected<User, OidcRefusal> OidcService::link_identity(Transaction& tx, User user, const Person& person,
                                                            bool invited) {
  if (user.external) {
    return refuse("oidc_refused",
                  "the user " + user.id.str() +
                      " has this email and another account at the provider: an admin can delete "
                      "or rename that user");
  }
  if (user.status == UserStatus::kDeactivated) return user;
  // An admin who created a pending user has approved that person.
  if (user.status == UserStatus::kPending && invited) user.status = UserStatus::kActive;
  user.external = true;
  if (auto updated = user_store::update(tx, user); !updated) return refuse(updated.error());
  auto added = user_store::add_identity(tx, options_.issuer, person.subject, user.id.str(), clock_.now());
  if (!added) return refuse(added.error());
  if (auto logged = tx.changed("user", user.id.str()); !logged) return refuse(logged.error());
  return user;
}

Result<void> OidcService::purge() {
  return oidc_store::purge(db_, clock_.now());
}

}  // namespace wick
