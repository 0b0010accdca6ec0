// Redirect URIs: the rules for registration, and the comparison of a requested URI with a registered one.
//
// URIs are compared as whole strings (RFC 9700 §2.1 and §4.1). On loopback, the port may differ, because native clients use
// the port that the system assigns (RFC 8252 §7.3). This includes the name localhost, which clients use in their metadata
// documents. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxRedirectUriBytes = 2000;

// Private-use schemes without a dot that an operator allows, in lower case.
using RedirectSchemes = std::vector<std::string>;

// Checks whether an operator may allow the scheme. Schemes that the browser or the system opens never lead to an app, and could
// run code or reveal data. Errors: kInvalidArgument  the reason
Result<void> check_redirect_scheme(std::string_view scheme);
// Allowed are https, http on loopback, and private-use schemes (RFC 8252 §7.1): schemes with a dot, which are reversed domain
// names, the schemes of known clients, and those in `more`. Fragments, users and wildcards are refused.
// Errors: kInvalidArgument  the reason
Result<void> check_redirect_uri(std::string_view uri, const RedirectSchemes& more = {});
bool is_loopback_redirect(std::string_view uri);
// Whether the URI leads to a program on the user's own device: loopback or a private-use scheme. Any program there could receive
// the redirect (RFC 8252 §8.6).
bool is_local_redirect(std::string_view uri);
// Whether `requested` is the registered URI, or differs only in a loopback port.
bool redirect_uri_matches(std::string_view registered, std::string_view requested);
// A description for people: "example.com", "this computer", or "the app cursor".
std::string describe_redirect(std::string_view uri);

}  // namespace wick
