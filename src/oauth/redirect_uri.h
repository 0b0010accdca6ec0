// Redirect URIs: which ones a client may register, and whether a request names a registered one.
//
// RFC 9700 §2.1 and §4.1: compared as whole strings. RFC 8252 §7.3: on loopback the port is free, because
// native clients take the one that the system gives them; that goes for the name localhost too, which clients
// use in their metadata documents. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace wick {

inline constexpr std::size_t kMaxRedirectUriBytes = 2000;

// https anywhere, http on loopback, or a private-use scheme (RFC 8252 §7.1): one with a dot, or of a client
// that is known to use it. No fragment, no user, no wildcard. Errors: kInvalidArgument, saying why.
Result<void> check_redirect_uri(std::string_view uri);
bool is_loopback_redirect(std::string_view uri);
// `requested` is the registered one, or the same on another loopback port.
bool redirect_uri_matches(std::string_view registered, std::string_view requested);
// What to show a person: "example.com", "this computer", or "the app cursor".
std::string describe_redirect(std::string_view uri);

}  // namespace wick
