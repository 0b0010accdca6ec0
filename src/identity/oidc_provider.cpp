#include "identity/oidc_provider.h"

#include <algorithm>
#include <fstream>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace wick {
namespace {

// https, or http on loopback, in lower case.
bool sound_url(std::string_view text) {
  const auto url = Url::parse_http(text);
  return url && text.starts_with(url->scheme()) && (url->is_https() || url->is_loopback());
}

bool lists(const json::object& object, std::string_view name, std::string_view what) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() &&
         std::any_of(value->get_array().begin(), value->get_array().end(),
                     [&](const json::value& one) { return one.is_string() && one.get_string() == what; });
}

http::ClientRequest get(std::string url) {
  http::ClientRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Accept", "application/json");
  return request;
}

}  // namespace

Result<void> finish_oidc_options(OidcOptions& options) {
  const auto invalid = [](std::string message) {
    return fail(ErrorCode::kInvalidArgument, std::move(message));
  };
  if (!options.enabled()) return {};
  if (!sound_url(options.issuer) || options.issuer.find_first_of("?# ") != std::string::npos) {
    return invalid(
        "\"oidc.issuer\" must be the https address of an OpenID provider (http only on loopback), not \"" +
        options.issuer + "\".");
  }
  if (options.client_id.empty()) {
    return invalid(
        "\"oidc.issuer\" needs \"oidc.client_id\" too: register this server with the provider, with the "
        "redirect "
        "address PUBLIC_URL/oidc/callback, and set the client id it gives.");
  }
  if (options.name.empty() || options.name.size() > 60)
    return invalid("\"oidc.name\" must have 1 to 60 bytes.");
  if (!options.client_secret_file.empty()) {
    std::ifstream file(options.client_secret_file);
    std::string secret((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    options.client_secret = std::string(trim(secret));
    if (!file || options.client_secret.empty()) {
      return invalid("\"oidc.client_secret_file\": " + options.client_secret_file +
                     " cannot be read or is empty.");
    }
  }
  return {};
}

OidcProvider::OidcProvider(http::Client& http, const Clock& clock, const OidcOptions& options)
    : http_(http), clock_(clock), options_(options) {}

http::Task<Result<json::object>> OidcProvider::fetch(http::ClientRequest request, const char* what) {
  const std::string noun = what;
  request.timeout = kProviderTimeout;
  request.max_response_bytes = kMaxProviderBytes;
  request.allow_private_addresses = true;
  auto answer = co_await http_.send(std::move(request));
  if (!answer) {
    co_return fail(
        answer.error().code == ErrorCode::kTooLarge ? ErrorCode::kUpstream : ErrorCode::kUnavailable,
        "The OpenID provider's " + noun + ": " + answer.error().message);
  }
  auto body = parse_json(answer->body, InvalidUtf8::kReplace);
  const bool object = body && body->is_object();
  if (answer->status >= 500 || answer->status == 429) {
    co_return fail(ErrorCode::kUnavailable, "The OpenID provider's " + noun + " answers with status " +
                                                std::to_string(answer->status) + ".");
  }
  if (answer->status != 200) {
    // RFC 6749 §5.2 names the error with letters and underscores; other texts are not repeated.
    std::string code = object ? text_or_empty(body->get_object(), "error") : "";
    if (code.size() > 40 || code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos)
      code.clear();
    co_return fail(ErrorCode::kUnauthenticated, "The OpenID provider's " + noun + " answers with status " +
                                                    std::to_string(answer->status) +
                                                    (code.empty() ? "." : " (" + code + ")."));
  }
  if (!object)
    co_return fail(ErrorCode::kUpstream, "The OpenID provider's " + noun + " is not a JSON object.");
  co_return std::move(body->get_object());
}

http::Task<Result<std::shared_ptr<const ProviderMetadata>>> OidcProvider::metadata() {
  {
    const std::lock_guard lock(mutex_);
    if (metadata_ != nullptr && clock_.now() - metadata_at_ < to_micros(kProviderAge)) co_return metadata_;
  }
  std::string base = options_.issuer;
  if (base.ends_with('/')) base.pop_back();
  http::ClientRequest request = get(base + "/.well-known/openid-configuration");
  auto document = co_await fetch(std::move(request), "discovery document");
  if (!document) {
    // A missing document is a problem of the provider or of the settings, not of the user.
    co_return fail(ErrorCode::kUnavailable, std::move(document.error().message));
  }
  auto read = std::make_shared<ProviderMetadata>();
  read->authorization_endpoint = text_or_empty(*document, "authorization_endpoint");
  read->token_endpoint = text_or_empty(*document, "token_endpoint");
  read->userinfo_endpoint = text_or_empty(*document, "userinfo_endpoint");
  read->jwks_uri = text_or_empty(*document, "jwks_uri");
  read->secret_in_form = lists(*document, "token_endpoint_auth_methods_supported", "client_secret_post") &&
                         !lists(*document, "token_endpoint_auth_methods_supported", "client_secret_basic");
  const auto* says = document->if_contains("authorization_response_iss_parameter_supported");
  read->says_issuer = says != nullptr && says->is_bool() && says->get_bool();
  // OpenID Connect Discovery §4.3: otherwise another provider could impersonate this one.
  if (text_or_empty(*document, "issuer") != options_.issuer) {
    co_return fail(ErrorCode::kUpstream,
                   "The OpenID provider's discovery document is of another issuer than oidc.issuer.");
  }
  for (const std::string* url : {&read->authorization_endpoint, &read->token_endpoint, &read->jwks_uri}) {
    if (!sound_url(*url) || (options_.issuer.starts_with("https://") && !url->starts_with("https://"))) {
      co_return fail(ErrorCode::kUpstream,
                     "The OpenID provider's discovery document lacks an endpoint, or has one without https.");
    }
  }
  const std::lock_guard lock(mutex_);
  metadata_ = read;
  metadata_at_ = clock_.now();
  co_return metadata_;
}

http::Task<Result<std::shared_ptr<const json::object>>> OidcProvider::keys(bool fresh) {
  {
    const std::lock_guard lock(mutex_);
    const Micros since = clock_.now() - (fresh ? keys_asked_again_at_ : keys_at_);
    if (keys_ != nullptr && since < (fresh ? to_micros(kJwksRefetchInterval) : to_micros(kProviderAge)))
      co_return keys_;
    if (fresh) keys_asked_again_at_ = clock_.now();
  }
  WICK_CO_TRY(provider, co_await metadata());
  http::ClientRequest request = get(provider->jwks_uri);
  WICK_CO_TRY(set, co_await fetch(std::move(request), "key set"));
  const std::lock_guard lock(mutex_);
  keys_ = std::make_shared<const json::object>(std::move(set));
  keys_at_ = clock_.now();
  co_return keys_;
}

http::Task<Result<json::object>> OidcProvider::exchange(std::string code, std::string verifier,
                                                        std::string redirect_uri) {
  WICK_CO_TRY(provider, co_await metadata());
  http::ClientRequest request = get(provider->token_endpoint);
  request.method = "POST";
  request.has_body = true;
  request.body = "grant_type=authorization_code&code=" + percent_encode(code) +
                 "&redirect_uri=" + percent_encode(redirect_uri) +
                 "&code_verifier=" + percent_encode(verifier);
  const bool basic = !options_.client_secret.empty() && !provider->secret_in_form;
  if (basic) {
    request.headers.emplace_back("Authorization",
                                 "Basic " + to_base64(percent_encode(options_.client_id) + ":" +
                                                      percent_encode(options_.client_secret)));
  } else {
    request.body += "&client_id=" + percent_encode(options_.client_id);
    if (!options_.client_secret.empty())
      request.body += "&client_secret=" + percent_encode(options_.client_secret);
  }
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  auto tokens = co_await fetch(std::move(request), "token endpoint");
  co_return tokens;
}

http::Task<Result<json::object>> OidcProvider::userinfo(std::string access_token) {
  WICK_CO_TRY(provider, co_await metadata());
  if (!sound_url(provider->userinfo_endpoint))
    co_return fail(ErrorCode::kUpstream, "The OpenID provider has no userinfo endpoint.");
  http::ClientRequest request = get(provider->userinfo_endpoint);
  request.headers.emplace_back("Authorization", "Bearer " + access_token);
  auto info = co_await fetch(std::move(request), "userinfo endpoint");
  co_return info;
}

}  // namespace wick
