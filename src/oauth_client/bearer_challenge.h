// The Bearer challenge of WWW-Authenticate (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1), and sets of scopes. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wick::upstream {

inline constexpr std::size_t kMaxScopeBytes = 4000;  // of a set of scopes; a longer text is ignored

struct BearerChallenge {
  bool bearer = false;  // there is a Bearer challenge
  std::string resource_metadata, scope, error;
};

// Parses the first challenge of the scheme Bearer. Malformed parts are ignored.
BearerChallenge parse_challenge(std::string_view header);

// The distinct scopes of a list (RFC 6749 §3.3); empty when one of them is invalid.
std::vector<std::string> scopes_of(std::string_view text);
std::string scope_text(const std::vector<std::string>& scopes);
// The scopes of `a`, then those that only `b` has, up to kMaxScopeBytes.
std::string scope_union(std::string_view a, std::string_view b);
bool scope_within(std::string_view part, std::string_view whole);

}  // namespace wick::upstream
