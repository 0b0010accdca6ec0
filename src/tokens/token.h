// A personal access token: `wick_pat_` and 32 lower-case hex characters, 128 bits from the operating system.
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

// The plaintext exists only here: a caller shows it once and drops it.
struct MintedToken {
  Token token;
  Secret plaintext;
};

// The admins' list of tokens asks for this.
struct TokenFilter {
  // In the token's name, the owner's name or email, or the last four characters; shorter than three
  // characters: what the names or the email begin with.
  std::string query;
  std::string owner;              // a user's id
  std::string status = "active";  // active, inactive, all
  bool never_used = false;
  int unused_days = 0, expiring_days = 0;  // 0: any
  std::string sort = "created_at";         // name, owner, created_at, last_used_at, expires_at
  bool descending = true;
  std::string cursor;  // of a page of the same order; empty: the first page
  std::int64_t limit = 50;

  bool by_creation() const { return sort == "created_at"; }
  Micros unused_since(Micros now) const { return now - unused_days * kMicrosPerDay; }
  Micros expiring_by(Micros now) const { return now + expiring_days * kMicrosPerDay; }
};
// A page with a cursor is not the last, even when it holds fewer than the limit, or nothing.
struct TokenPage {
  std::vector<Token> items;
  std::optional<std::int64_t> total;  // of all pages, where that is known
  std::string next, previous;         // cursors; empty: there is no such page
};
// Of the active tokens: how many, of how many users, how many were never used.
struct TokenStats {
  std::int64_t active = 0, users = 0, never_used = 0;
};

// Whether name, description or the last four characters hold `query`, in any case of ASCII letters.
bool is_found_by(const Token& token, std::string_view query);

// Whether `text` has the form of a personal access token. Says nothing about validity.
bool has_pat_form(std::string_view text);

}  // namespace wick
