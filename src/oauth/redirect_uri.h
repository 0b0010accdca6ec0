// Redirect URIs: which ones a client may register, and whether a request names a registered one.
//
// RFC 9700 §2.1 and §4.1: compared as whole strings. RFC 8252 §7.3: on loopback the port is free, because
// native clients take the one that the system gives them; that goes for the name localhost too, which clients
// use in their metadata documents. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxRedirectUriBytes = 2000;

// Private-use schemes without a dot that an operator allows, in lower case.
using RedirectSchemes = std::vector<std::string>;

// Whether an operator may allow the scheme. Those that a browser or the system itself opens never lead to an app, and
// could run or reveal something. Errors: kInvalidArgument, saying why.
Result<void> check_redirect_scheme(std::string_view scheme);
// https anywhere, http on loopback, or a private-use scheme (RFC 8252 §7.1): one with a dot, which is a reversed domain
// name, or of a client that is known to use it, or one of `more`. No fragment, no user, no wildcard.
// Errors: kInvalidArgument, saying why.
Result<void> check_redirect_uri(std::string_view uri, const RedirectSchemes& more = {});
bool is_loopback_redirect(std::string_view uri);
// It leads to a program on the person's own device, and any program there could be the one: loopback, or a private-use
// scheme, which nobody owns (RFC 8252 §8.6).
bool is_local_redirect(std::string_view uri);
// `requested` is the registered one, or the same on another loopback port.
bool redirect_uri_matches(std::string_view registered, std::string_view requested);
// What to show a person: "example.com", "this computer", or "the app cursor".
std::string describe_redirect(std::string_view uri);

}  // namespace wick
