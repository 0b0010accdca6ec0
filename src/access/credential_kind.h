// The kinds of credentials that a request can carry.
#pragma once

#include <optional>
#include <string_view>

namespace wick {

// A personal access token, a connection of an OAuth client, a sign-in to the web app.
enum class CredentialKind : unsigned char { kPat, kOAuth, kSession };

// The name in the audit and in the REST API: pat, oauth, session.
std::string_view credential_kind_name(CredentialKind kind);
std::optional<CredentialKind> parse_credential_kind(std::string_view text);

}  // namespace wick
