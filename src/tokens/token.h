// A personal access token: `wick_pat_` and 32 lower-case hex characters, 128 bits from the operating system (T1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/snapshot.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"
#include "crypto/digest.h"

namespace wick {

inline constexpr std::string_view kPatPrefix = "wick_pat_";
inline constexpr std::size_t kPatHexChars = 32;

struct Token {
  TokenId id;
  UserId owner;
  std::string name;
  std::string last4;
  ToolSurface tools = ToolSurface::kAuto;
  Micros created_at = 0;
  std::optional<Micros> expires_at;
  std::optional<Micros> last_used_at;
  std::string last_ip, last_user_agent;
  std::optional<Micros> revoked_at;
  std::string revoked_by, revoked_reason;

  std::string masked() const { return std::string(kPatPrefix) + "…" + last4; }
  const char* status(Micros now) const {
    if (revoked_at) return "revoked";
    return expires_at && *expires_at <= now ? "expired" : "active";
  }
};

// The plaintext exists only here: show it once and drop it.
struct MintedToken {
  Token token;
  Secret plaintext;
};

// Whether `text` has the form of a personal access token. Says nothing about validity.
bool has_pat_form(std::string_view text);

}  // namespace wick
