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

constexpr std::size_t kFlushStep = 500;       // rows that are written while the writer is held
constexpr std::size_t kMaxUsesInStats = 500;  // beyond, the counts are those of some seconds ago

Result<void> check_token_name(std::string_view name) {
  if (trim(name).empty())
    return fail(ErrorCode::kInvalidArgument, "Give the token a name: say where you will use it.");
  if (name.size() > kMaxTokenNameBytes) {
    return fail(ErrorCode::kInvalidArgument, "The name is longer than " + std::to_string(kMaxTokenNameBytes) +
                                                 " bytes: choose a shorter one.");
  }
  return check_name("The name", name, kMaxTokenNameBytes);
}

// One line under the rules of names; blank is none.
Result<void> check_token_description(std::string_view description) {
  if (trim(description).empty()) return {};
  if (description.size() > kMaxTokenDescriptionBytes) {
    return fail(ErrorCode::kInvalidArgument, "The description is longer than " +
                                                 std::to_string(kMaxTokenDescriptionBytes) +
                                                 " bytes: choose a shorter one.");
  }
  return check_name("The description", description, kMaxTokenDescriptionBytes);
}

Result<void> check_owner(Transaction& tx, const UserId& owner) {
  bool active = false;
  auto done = tx.for_each("SELECT status FROM users WHERE id = $1", {std::string_view(owner.str())},
                          [&](const SqlRow& row) { active = row.bytes(0) == "active"; });
  if (!done) return done;
  if (!active) return fail(ErrorCode::kNotFound, "There is no active user with this id.");
  return {};
}

// Inserts a fresh token inside `tx`.
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
  // A user who is deactivated or deleted takes every token along (T6).
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
    return fail(ErrorCode::kInvalidArgument, "The expiry is not in the future.");
  }
  MintedToken minted;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(inserted, insert_new(tx, owner, request, now));
    minted = std::move(inserted);
    return {};
  });
  WICK_CHECK(done);
  return minted;
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
  std::int64_t total = 0;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    const Micros now = clock_.now();
    for (const TokenId& id : ids) {
      auto token = token_store::get(tx, id);
      if (!token && token.error().code == ErrorCode::kNotFound) continue;
      if (!token) return fail(std::move(token.error()));
      if (!actor.admin && token->owner != actor.user) continue;
      WICK_TRY(revoked, token_store::revoke(tx, id, now, actor.user.str(), reason));
      if (revoked == 0) continue;
      if (auto logged = tx.changed("token", id.str()); !logged) return logged;
      total += revoked;
    }
    return {};
  });
  WICK_CHECK(done);
  return total;
}

Result<std::int64_t> TokenService::revoke_all_of(const Actor& actor, const UserId& owner,
                                                 std::string_view reason) {
  if (!actor.admin && actor.user != owner) return not_active();
  std::int64_t total = 0;
  auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    total = 0;
    const Micros now = clock_.now();
    WICK_TRY(tokens, token_store::list(tx, owner, true, now));
    for (const Token& token : tokens) {
      WICK_TRY(revoked, token_store::revoke(tx, token.id, now, actor.user.str(), reason));
      if (auto logged = tx.changed("token", token.id.str()); !logged) return logged;
      total += revoked;
    }
    return {};
  });
  WICK_CHECK(done);
  return total;
}

Result<MintedToken> TokenService::rotate(const Actor& actor, const TokenId& id, int overlap_hours) {
  if (overlap_hours < 0 || overlap_hours > kMaxRotateOverlapHours) {
    return fail(ErrorCode::kInvalidArgument,
                "The overlap must be 0 to " + std::to_string(kMaxRotateOverlapHours) + " hours.");
  }
  MintedToken minted;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    const Micros now = clock_.now();
    auto old = token_store::get(tx, id);
    if (!old || (!actor.admin && old->owner != actor.user) ||
        std::string_view(old->status(now)) != "active") {
      return not_active();
    }
    // The old one first: at the limit, a rotation must still be possible.
    if (overlap_hours == 0) {
      WICK_CHECK(token_store::revoke(tx, id, now, actor.user.str(), "rotated"));
    } else {
      WICK_CHECK(token_store::set_expiry(tx, id, now + Micros(overlap_hours) * 3600 * kMicrosPerSecond));
    }
    if (auto logged = tx.changed("token", id.str()); !logged) return logged;
    const MintRequest same{old->name, old->tools, old->expires_at, old->scope, old->description};
    WICK_TRY(inserted, insert_new(tx, old->owner, same, now));
    minted = std::move(inserted);
    return {};
  });
  WICK_CHECK(done);
  return minted;
}

Result<Token> TokenService::get(const Actor& actor, const TokenId& id) {
  Result<Token> token = fail(ErrorCode::kNotFound, "");
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    token = token_store::get(tx, id);
    if (!token) return fail(token.error());
    return {};
  });
  WICK_CHECK(done);
  if (!actor.admin && token->owner != actor.user)
    return fail(ErrorCode::kNotFound, "There is no token with this id.");
  for (const LastUse& use : index_.unwritten_uses({&id, 1})) show_use(*token, use);
  return token;
}

Result<std::vector<Token>> TokenService::list(const UserId& owner, bool active_only) {
  std::vector<Token> tokens;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(found, token_store::list(tx, owner, active_only, clock_.now()));
    tokens = std::move(found);
    return {};
  });
  WICK_CHECK(done);
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
  return tokens;
}

Result<TokenPage> TokenService::search(const TokenFilter& filter) {
  const token_page_store::UnwrittenUses uses = [this](std::span<const TokenId> ids) {
    return index_.unwritten_uses(ids);
  };
  Result<TokenPage> page;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    page = token_page_store::page(tx, filter, uses, clock_.now());
    if (!page) return fail(page.error());
    return {};
  });
  WICK_CHECK(done);
  return page;
}

Result<TokenStats> TokenService::stats() {
  std::vector<LastUse> uses = index_.unwritten_uses(CredentialKind::kPat);
  if (uses.size() > kMaxUsesInStats) uses.resize(kMaxUsesInStats);
  TokenStats stats;
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(kept, token_page_store::stats(tx));
    WICK_TRY(first_uses, token_page_store::count_never_used(tx, uses));
    stats = kept;
    stats.never_used -= first_uses;
    return {};
  });
  WICK_CHECK(done);
  return stats;
}

Result<void> TokenService::flush_last_uses() {
  const auto uses = index_.unwritten_uses(CredentialKind::kPat);
  std::span<const LastUse> rest(uses);
  while (!rest.empty()) {
    const auto step = rest.first(std::min(rest.size(), kFlushStep));
    auto done = db_.write(
        [&](Transaction& tx) -> Result<void> {
          for (const LastUse& use : step) {
            WICK_CHECK(token_store::set_last_use(tx, use));
          }
          return {};
        },
        Space::kNeedsRoom);
    if (!done) return done;
    index_.written(step);
    rest = rest.subspan(step.size());
  }
  return {};
}

Result<void> TokenService::mark_expired() {
  for (;;) {
    std::int64_t due = 0;
    auto asked = db_.read([&](Transaction& tx) -> Result<void> {
      WICK_TRY(counted, token_page_store::count_expired(tx, clock_.now(), std::int64_t(kFlushStep)));
      due = counted;
      return {};
    });
    if (!asked || due == 0) return asked;
    auto done = db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
      WICK_CHECK(token_page_store::mark_expired(tx, clock_.now(), std::int64_t(kFlushStep)));
      return {};
    });
    if (!done || due < std::int64_t(kFlushStep)) return done;
  }
}

}  // namespace wick
