#include "tokens/token_service.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/visible_text.h"
#include "crypto/random.h"
#include "tokens/token_page_store.h"
#include "tokens/token_store.h"

namespace wick {
namespace {

constexpr std::size_t kFlushStep = 500;       // rows that one transaction writes
constexpr std::size_t kMaxUsesInStats = 500;  // with more, the counts may be some seconds old

Result<void> check_token_name(std::string_view name) {
  if (trim(name).empty()) return invalid("Give the token a name: say where you will use it.");
  if (name.size() > kMaxTokenNameBytes) {
    return invalid("The name is longer than " + std::to_string(kMaxTokenNameBytes) +
                   " bytes: choose a shorter one.");
  }
  return check_name("The name", name, kMaxTokenNameBytes);
}

// A description is one line under the rules of names. A blank text counts as empty.
Result<void> check_token_description(std::string_view description) {
  if (trim(description).empty()) return {};
  if (description.size() > kMaxTokenDescriptionBytes) {
    return invalid("The description is longer than " + std::to_string(kMaxTokenDescriptionBytes) +
                   " bytes: choose a shorter one.");
  }
  return check_name("The description", description, kMaxTokenDescriptionBytes);
}

Result<void> check_owner(Transaction& tx, const UserId& owner) {
  WICK_TRY(active, token_store::is_active_user(tx, owner));
  if (!active) return fail(ErrorCode::kNotFound, "There is no active user with this id.");
  return {};
}

// Inserts a new token.
Result<MintedToken> insert_new(Transaction& tx, const UserId& owner, const MintRequest& request, Micros now) {
  WICK_CHECK(check_owner(tx, owner));
  WICK_TRY(count, token_store::count_active(tx, owner, now));
  if (count >= kMaxTokensPerUser) {
    return fail(ErrorCode::kLimit,
                "This user holds " + std::to_string(kMaxTokensPerUser) +
                    " active tokens, the most there can be: revoke some that are not used.");
  }
  WICK_CHECK(token_store::forget_ended(tx, owner, now, kMaxEndedTokensPerUser));
  std::string plaintext = std::string(kPatPrefix) + random_hex(kPatHexChars / 2);
  MintedToken minted;
  minted.token.id = TokenId::make();
  minted.token.owner = owner;
  minted.token.name = std::string(trim(request.name));
  minted.token.description = std::string(trim(request.description));
  minted.token.last4 = plaintext.substr(plaintext.size() - 4);
  minted.token.tools = request.tools;
  minted.token.created_at = now;
  minted.token.expires_at = request.expires_at;
  minted.token.scope = request.scope;
  WICK_CHECK(token_store::insert(tx, minted.token, sha256(plaintext)));
  WICK_CHECK(tx.changed("token", minted.token.id.str()));
  minted.plaintext = Secret(std::move(plaintext));
  return minted;
}

std::unexpected<Error> not_active() {
  return fail(ErrorCode::kNotFound, "There is no active token with this id that is yours to change.");
}

}  // namespace

bool is_found_by(const Token& token, std::string_view query) {
  const std::string wanted = to_lower_ascii(query);
  const auto holds = [&](std::string_view text) {
    return to_lower_ascii(text).find(wanted) != std::string::npos;
  };
  return holds(token.name) || holds(token.description) || holds(token.last4);
}

bool has_pat_form(std::string_view text) {
  if (text.size() != kPatPrefix.size() + kPatHexChars || !text.starts_with(kPatPrefix)) return false;
  for (const char c : text.substr(kPatPrefix.size())) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

TokenService::TokenService(Database& db, CredentialIndex& index, const Clock& clock)
    : db_(db), index_(index), clock_(clock) {}

void TokenService::follow(const Sha256Digest& digest, const Credential& credential, bool alive) {
  if (alive) {
    index_.put(digest, credential);
  } else {
    index_.erase(digest);
  }
}

Result<void> TokenService::start() {
  const token_store::IndexRow row = [this](const Sha256Digest& digest, const Credential& credential,
                                           bool alive) { follow(digest, credential, alive); };
  db_.on_change("token", [this, row](const ChangeEntry& entry) {
    return db_.read([&](Transaction& tx) { return token_store::index_row(tx, entry.entity, row); });
  });
  // Deactivation and deletion of a user end the user's tokens.
  db_.on_change("user", [this, row](const ChangeEntry& entry) {
    return db_.read([&](Transaction& tx) { return token_store::index_rows_of_user(tx, entry.entity, row); });
  });
  return db_.read([&](Transaction& tx) { return token_store::each_living(tx, row); });
}

Result<MintedToken> TokenService::mint(const UserId& owner, MintRequest request) {
  WICK_CHECK(check_token_name(request.name));
  WICK_CHECK(check_token_description(request.description));
  const Micros now = clock_.now();
  if (request.expires_at && *request.expires_at <= now) {
    return invalid("The expiry is not in the future.");
  }
  return db_.write([&](Transaction& tx) { return insert_new(tx, owner, request, now); });
}

Result<void> TokenService::revoke(const Actor& actor, const TokenId& id, std::string_view reason) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    auto token = token_store::get(tx, id);
    if (!token || (!actor.admin && token->owner != actor.user)) return not_active();
    WICK_TRY(revoked, token_store::revoke(tx, id, clock_.now(), actor.user.str(), reason));
    if (revoked == 0) return not_active();
    return tx.changed("token", id.str());
  });
}

Result<std::int64_t> TokenService::revoke_many(const Actor& actor, const std::vector<TokenId>& ids,
                                               std::string_view reason) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<std::int64_t> {
    std::int64_t total = 0;
    const Micros now = clock_.now();
    for (const TokenId& id : ids) {
      auto token = token_store::get(tx, id);
      if (!token && token.error().code == ErrorCode::kNotFound) continue;
      if (!token) return fail(std::move(token.error()));
      if (!actor.admin && token->owner != actor.user) continue;
      WICK_TRY(revoked, token_store::revoke(tx, id, now, actor.user.str(), reason));
      if (revoked == 0) continue;
      WICK_CHECK(tx.changed("token", id.str()));
      total += revoked;
    }
    return total;
  });
}

Result<std::int64_t> TokenService::revoke_all_of(const Actor& actor, const UserId& owner,
                                                 std::string_view reason) {
  if (!actor.admin && actor.user != owner) return not_active();
  return db_.write_with_reserve([&](Transaction& tx) -> Result<std::int64_t> {
    std::int64_t total = 0;
    const Micros now = clock_.now();
    WICK_TRY(tokens, token_store::list(tx, owner, true, now));
    for (const Token& token : tokens) {
      WICK_TRY(revoked, token_store::revoke(tx, token.id, now, actor.user.str(), reason));
      WICK_CHECK(tx.changed("token", token.id.str()));
      total += revoked;
    }
    return total;
  });
}

Result<MintedToken> TokenService::rotate(const Actor& actor, const TokenId& id, std::chrono::hours overlap) {
  if (overlap < std::chrono::hours(0) || overlap > kMaxRotateOverlap) {
    return invalid("The overlap must be 0 to " + std::to_string(kMaxRotateOverlap.count()) + " hours.");
  }
  return db_.write([&](Transaction& tx) -> Result<MintedToken> {
    const Micros now = clock_.now();
    auto old = token_store::get(tx, id);
    if (!old || (!actor.admin && old->owner != actor.user) || old->status(now) != TokenStatus::kActive)
      return not_active();
    // The old token ends first, so that a rotation is possible at the limit.
    if (overlap == std::chrono::hours(0)) {
      WICK_CHECK(token_store::revoke(tx, id, now, actor.user.str(), "rotated"));
    } else {
      WICK_CHECK(token_store::set_expiry(tx, id, now + to_micros(overlap)));
    }
    WICK_CHECK(tx.changed("token", id.str()));
    const MintRequest same{old->name, old->tools, old->expires_at, old->scope, old->description};
    return insert_new(tx, old->owner, same, now);
  });
}

Result<Token> TokenService::get(const Actor& actor, const TokenId& id) {
  WICK_TRY(token, db_.read([&](Transaction& tx) { return token_store::get(tx, id); }));
  if (!actor.admin && token.owner != actor.user)
    return fail(ErrorCode::kNotFound, "There is no token with this id.");
  for (const LastUse& use : index_.unwritten_uses({&id, 1})) show_use(token, use);
  return std::move(token);
}

Result<std::vector<Token>> TokenService::list(const UserId& owner, bool active_only) {
  const Micros now = clock_.now();
  WICK_TRY(tokens, db_.read([&](Transaction& tx) { return token_store::list(tx, owner, active_only, now); }));
  std::vector<TokenId> ids;
  ids.reserve(tokens.size());
  for (const Token& token : tokens) ids.push_back(token.id);
  std::map<TokenId, LastUse> uses;
  for (LastUse& use :
       owner.empty() ? index_.unwritten_uses(CredentialKind::kPat) : index_.unwritten_uses(ids))
    uses[use.id] = std::move(use);
  for (Token& token : tokens) {
    if (const auto use = uses.find(token.id); use != uses.end()) show_use(token, use->second);
  }
  return std::move(tokens);
}

Result<TokenPage> TokenService::search(const TokenFilter& filter) {
  const token_page_store::UnwrittenUses uses = [this](std::span<const TokenId> ids) {
    return index_.unwritten_uses(ids);
  };
  const Micros now = clock_.now();
  return db_.read([&](Transaction& tx) { return token_page_store::page(tx, filter, uses, now); });
}

Result<TokenStats> TokenService::stats() {
  std::vector<LastUse> uses = index_.unwritten_uses(CredentialKind::kPat);
  if (uses.size() > kMaxUsesInStats) uses.resize(kMaxUsesInStats);
  return db_.read([&](Transaction& tx) -> Result<TokenStats> {
    WICK_TRY(stats, token_page_store::stats(tx));
    WICK_TRY(first_uses, token_page_store::count_never_used(tx, uses));
    stats.never_used -= first_uses;
    return stats;
  });
}

Result<void> TokenService::flush_last_uses() {
  const auto uses = index_.unwritten_uses(CredentialKind::kPat);
  std::span<const LastUse> rest(uses);
  while (!rest.empty()) {
    const auto step = rest.first(std::min(rest.size(), kFlushStep));
    WICK_CHECK(db_.write([&](Transaction& tx) -> Result<void> {
      for (const LastUse& use : step) WICK_CHECK(token_store::set_last_use(tx, use));
      return {};
    }));
    index_.written(step);
    rest = rest.subspan(step.size());
  }
  return {};
}

Result<void> TokenService::mark_expired() {
  constexpr auto kStep = std::int64_t(kFlushStep);
  for (;;) {
    const Micros now = clock_.now();
    WICK_TRY(due, db_.read([&](Transaction& tx) { return token_page_store::count_expired(tx, now, kStep); }));
    if (due == 0) return {};
    WICK_CHECK(db_.write_with_reserve(
        [&](Transaction& tx) { return token_page_store::mark_expired(tx, now, kStep); }));
    if (due < kStep) return {};
  }
}

}  // namespace wick
