#include "tokens/authenticator.h"

#include "base/json.h"
#include "base/text.h"
#include "tokens/resource.h"

namespace wick {
namespace {

constexpr const char* kInvalidMessage =
    R"("This token is not valid: create a new one under Profile, Access tokens.")";
constexpr const char* kMissingMessage =
    R"("Send a token as Authorization: Bearer wick_pat_…; make one under Profile, Access tokens.")";
constexpr const char* kMisplacedMessage =
    R"("Send the token in the Authorization header, never in the URL: it ends up in logs. Treat this one as leaked and revoke it.")";

// `message` is a JSON string, quotes included.
http::Response refusal(int status, const std::string& challenge, const char* code,
                       const std::string& message) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("WWW-Authenticate", challenge);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body =
      std::string(R"({"error":{"code":")") + code + R"(","message":)" + message + R"(,"request_id":""}})";
  return response;
}

bool carries_credential(std::string_view query) {
  return query.find("wick_pat_") != std::string_view::npos ||
         query.find("wick_oat_") != std::string_view::npos ||
         query.find("wick_ort_") != std::string_view::npos || query.starts_with("access_token=") ||
         query.find("&access_token=") != std::string_view::npos;
}

}  // namespace

Authenticator::Authenticator(CredentialIndex& index, const Clock& clock, const std::string& public_url)
    : index_(index), clock_(clock), public_url_(public_url) {}

std::string Authenticator::challenge(std::string_view error, std::string_view resource) const {
  std::string out = "Bearer ";
  if (!error.empty()) out.append("error=\"").append(error).append("\", ");
  out.append("resource_metadata=\"").append(public_url_).append("/.well-known/oauth-protected-resource");
  out.append(resource_path(resource)).append("\"");
  if (error != "invalid_request")
    out.append(", scope=\"").append(kReadScope).append(" ").append(kWriteScope).append("\"");
  return out;
}

http::Response Authenticator::insufficient_scope(const std::string& message,
                                                 std::string_view resource) const {
  return refusal(403, challenge("insufficient_scope", resource), "insufficient_scope",
                 to_json(json::string(message)));
}

http::Response Authenticator::invalid_token(std::string_view resource) const {
  return refusal(401, challenge("invalid_token", resource), "unauthenticated", kInvalidMessage);
}

std::expected<Principal, http::Response> Authenticator::authenticate(const http::Request& request,
                                                                     std::string_view resource) const {
  if (!request.query.empty() && carries_credential(request.query)) {
    return std::unexpected(
        refusal(400, challenge("invalid_request", resource), "invalid_argument", kMisplacedMessage));
  }
  const std::size_t count = request.header_count("authorization");
  if (count == 0) {
    return std::unexpected(refusal(401, challenge("", resource), "unauthenticated", kMissingMessage));
  }
  const std::string_view value = *request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (count > 1 || value.size() <= kScheme.size() ||
      !equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) {
    return std::unexpected(invalid_token(resource));
  }
  Principal principal;
  principal.digest = sha256(trim(value.substr(kScheme.size())));
  const auto credential = index_.find(principal.digest, clock_.now(), request.remote_address,
                                      request.header("user-agent").value_or(""));
  if (!credential) return std::unexpected(invalid_token(resource));
  // Issued for one address: at any other it is as good as none.
  const ScopePtr& scope = credential->scope;
  if (scope != nullptr && !scope->resource.empty() && scope->resource != resource)
    return std::unexpected(invalid_token(resource));
  principal.credential = *credential;
  return principal;
}

}  // namespace wick
