// What a server says of the authorization it wants: the Bearer challenge of WWW-Authenticate (RFC 9110
// §11.6.1, RFC 6750 §3, RFC 9728 §5.1), and sets of scopes. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wick::upstream {

inline constexpr std::size_t kMaxScopeBytes = 4000;  // of a set of scopes; a longer one is not read

struct BearerChallenge {
  bool bearer = false;  // there is one at all
  std::string resource_metadata, scope, error;
};

// Of several challenges the first one of the scheme Bearer. What is malformed is left out.
BearerChallenge parse_challenge(std::string_view header);

// The scopes of a list as RFC 6749 §3.3 writes it, each once; none when something in it is not a scope.
std::vector<std::string> scopes_of(std::string_view text);
std::string scope_text(const std::vector<std::string>& scopes);
// Those of `a`, then those that only `b` has, as far as kMaxScopeBytes goes.
std::string scope_union(std::string_view a, std::string_view b);
bool scope_within(std::string_view part, std::string_view whole);

}  // namespace wick::upstream
