// Personal access tokens: `wick_pat_` and 32 lower-case hex characters, 128 random bits from the operating system.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"
#include "crypto/digest.h"

namespace wick {

inline constexpr std::string_view kPatPrefix = "wick_pat_";
inline constexpr std::size_t kPatHexChars = 32;

enum class TokenStatus { kActive, kExpired, kRevoked };

struct Token {
  TokenId id;
  UserId owner;
  std::string name;
  std::string description;  // one line; may be empty
  std::string last4;
  ToolSurface tools = ToolSurface::kAuto;
  ScopePtr scope;
  Micros created_at = 0;
  std::optional<Micros> expires_at;
  std::optional<Micros> last_used_at;
  std::string last_ip, last_user_agent;
  std::optional<Micros> revoked_at;
  std::string revoked_by, revoked_reason;

  std::string masked() const { return std::string(kPatPrefix) + "…" + last4; }
  TokenStatus status(Micros now) const {
    if (revoked_at) return TokenStatus::kRevoked;
    return expires_at && *expires_at <= now ? TokenStatus::kExpired : TokenStatus::kActive;
  }
};

// A new token with its plaintext, which exists only here. The caller shows the plaintext once and drops it.
struct MintedToken {
  Token token;
  Secret plaintext;
};

// The states that a list of tokens contains.
enum class TokenListStatus { kActive, kInactive, kAll };
enum class TokenOrder { kCreated, kName, kOwner, kLastUsed, kExpiry };

// The filter and the order of the admins' list of tokens.
struct TokenFilter {
  // Part of the token's name, the owner's name or email, or the last four characters. A text of fewer than three characters
  // matches only the beginning of the names and the email.
  std::string query;
  std::string owner;  // a user's id; empty: any
  TokenListStatus status = TokenListStatus::kActive;
  bool never_used = false;
  std::chrono::days unused_for{0}, expiring_within{0};  // 0: any
  TokenOrder order = TokenOrder::kCreated;
  bool descending = true;
  std::string cursor;  // of a page in the same order; empty: the first page
  std::int64_t limit = 50;

  bool by_creation() const { return order == TokenOrder::kCreated; }
  bool has_unused_for() const { return unused_for.count() > 0; }
  bool has_expiring_within() const { return expiring_within.count() > 0; }
  Micros unused_since(Micros now) const { return now - to_micros(unused_for); }
  Micros expiring_by(Micros now) const { return now + to_micros(expiring_within); }
};

// A page with a next cursor is not the last page, even when it has fewer items than the limit, or none.
struct TokenPage {
  std::vector<Token> items;
  std::optional<std::int64_t> total;  // of all pages, when it is known
  std::string next, previous;         // cursors; empty: there is no such page
};
// The number of active tokens, of their users, and of active tokens that were never used.
struct TokenStats {
  std::int64_t active = 0, users = 0, never_used = 0;
};

// Whether the name, the description or the last four characters contain `query`. The case of ASCII letters is ignored.
bool is_found_by(const Token& token, std::string_view query);

// Whether `text` has the form of a personal access token, valid or not.
bool has_pat_form(std::string_view text);

}  // namespace wick
