#include "access/credential_kind.h"

namespace wick {
namespace {

constexpr std::string_view kNames[] = {"pat", "oauth", "session"};

}  // namespace

std::string_view credential_kind_name(CredentialKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<CredentialKind> parse_credential_kind(std::string_view text) {
  for (const CredentialKind kind : {CredentialKind::kPat, CredentialKind::kOAuth, CredentialKind::kSession}) {
    if (credential_kind_name(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace wick
