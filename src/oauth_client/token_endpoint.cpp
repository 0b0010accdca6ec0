#include "oauth_client/token_endpoint.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "http/field.h"

namespace wick::upstream {
namespace {

constexpr std::size_t kMaxErrorCodeBytes = 60;

std::string encode(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
  return out;
}

// Makes a request with the authentication of the client (RFC 6749 §2.3.1).
Result<http::ClientRequest> make_client_request(const UpstreamEndpoint& endpoint, const std::string& url,
                                                std::string_view issuer, std::string_view what,
                                                const ClientIdentity& client, Form form) {
  const std::string secret(client.secret.reveal());
  const bool basic = client.method == "client_secret_basic";
  if (!basic) form.emplace_back("client_id", client.id);
  if (client.method == "client_secret_post") form.emplace_back("client_secret", secret);
  auto request = make_post_request(endpoint, url, issuer, what, encode(form));
  if (request && basic) {
    // Id and secret are form-encoded before they are joined.
    request->headers.emplace_back(
        "Authorization", "Basic " + to_base64(percent_encode(client.id) + ":" + percent_encode(secret)));
  }
  return request;
}

// The error code of a response, when it is valid (RFC 6749 §5.2). Any other text may contain a token.
std::string error_code_of(const http::ClientResponse& answer) {
  const auto body = parse_json(answer.body, InvalidUtf8::kReplace);
  if (!body || !body->is_object()) return {};
  std::string code = text_or_empty(body->get_object(), "error");
  return is_error_code(code) ? code : "";
}

std::string refusal_text(std::string_view what, const http::ClientResponse& answer, const std::string& code) {
  return std::string(what) + " with status " + std::to_string(answer.status) +
         (code.empty() ? "" : " (" + code + ")") + ".";
}

std::unexpected<TokenRefusal> refused(TokenRefusal::Reason reason, std::string message) {
  return std::unexpected(TokenRefusal{reason, std::move(message)});
}

}  // namespace

bool is_error_code(std::string_view code) {
  return code.size() <= kMaxErrorCodeBytes &&
         code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

std::string auth_method_for(const std::vector<std::string>& supported, bool has_secret) {
  if (!has_secret) return "none";
  for (const char* method : {"client_secret_basic", "client_secret_post", "none"}) {
    if (std::find(supported.begin(), supported.end(), method) != supported.end()) return method;
  }
  return "client_secret_basic";
}

http::Task<std::expected<Tokens, TokenRefusal>> request_tokens(http::Client& http, UpstreamEndpoint endpoint,
                                                               std::string issuer, std::string token_endpoint,
                                                               ClientIdentity client, Form form, Micros now) {
  using Reason = TokenRefusal::Reason;
  auto request =
      make_client_request(endpoint, token_endpoint, issuer, "The token endpoint", client, std::move(form));
  if (!request) co_return refused(Reason::kOther, std::move(request.error().message));
  auto answer = co_await http.send(std::move(*request));
  if (!answer) co_return refused(Reason::kOther, "The token endpoint: " + answer.error().message);
  const std::string code = error_code_of(*answer);
  // Some servers (GitHub) send an error with status 200.
  if (answer->status != 200 || !code.empty()) {
    const Reason reason = code == "invalid_grant"                                     ? Reason::kGrant
                          : code == "invalid_client" || code == "unauthorized_client" ? Reason::kClient
                                                                                      : Reason::kOther;
    co_return refused(reason, refusal_text("The authorization server refuses a token", *answer, code));
  }
  const auto body = parse_json(answer->body, InvalidUtf8::kReplace);
  if (!body || !body->is_object())
    co_return refused(Reason::kOther, "The token endpoint answers with something that is not a JSON object.");
  const json::object& given = body->get_object();
  Tokens tokens;
  tokens.access = Secret(text_or_empty(given, "access_token"));
  tokens.refresh = Secret(text_or_empty(given, "refresh_token"));
  tokens.scope = scope_text(scopes_of(text_or_empty(given, "scope")));
  if (!http::is_access_token(tokens.access.reveal()) || tokens.refresh.reveal().size() > kMaxTokenBytes) {
    co_return refused(Reason::kOther, "The token endpoint returns no valid access token.");
  }
  // RFC 6749 §7.1: a token of an unknown type must not be used.
  if (!equals_ignoring_case(text_or_empty(given, "token_type"), "bearer"))
    co_return refused(Reason::kOther, "The token endpoint returns a token that is not of the type Bearer.");
  // Some servers write the number as text.
  std::int64_t seconds = 0;
  if (const auto* value = given.if_contains("expires_in"); value != nullptr) {
    if (is_number(*value)) seconds = std::int64_t(std::clamp(double_of(*value), 0.0, 1e9));
    if (is_text(*value)) seconds = std::atoll(std::string(value->get_string()).c_str());
  }
  seconds = std::clamp<std::int64_t>(seconds, 0, std::chrono::seconds(kMaxTokenLifetime).count());
  if (seconds > 0) tokens.expires_at = now + seconds * kMicrosPerSecond;
  co_return std::move(tokens);
}

http::Task<Result<std::pair<ClientIdentity, Micros>>> register_client(http::Client& http,
                                                                      UpstreamEndpoint endpoint,
                                                                      AuthorizationServer server,
                                                                      json::object metadata) {
  WICK_CO_TRY(request, make_post_request(endpoint, server.registration_endpoint, server.issuer,
                                         "The registration endpoint", to_json(metadata)));
  for (auto& [name, value] : request.headers) {
    if (name == "Content-Type") value = "application/json";
  }
  auto answer = co_await http.send(std::move(request));
  if (!answer) co_return fail(answer.error().code, "The registration endpoint: " + answer.error().message);
  const auto body = parse_json(answer->body, InvalidUtf8::kReplace);
  if ((answer->status != 201 && answer->status != 200) || !body || !body->is_object()) {
    co_return fail(ErrorCode::kUpstream,
                   refusal_text("The authorization server refuses to register this server as a client",
                                *answer, error_code_of(*answer)) +
                       " An admin can register it there by hand and set the client id here.");
  }
  const json::object& given = body->get_object();
  ClientIdentity client;
  client.id = text_or_empty(given, "client_id");
  client.secret = Secret(text_or_empty(given, "client_secret"));
  client.method = text_or_empty(given, "token_endpoint_auth_method");
  const bool known = client.method == "none" || client.method == "client_secret_basic" ||
                     client.method == "client_secret_post";
  if (!known || (client.secret.empty() && client.method != "none"))
    client.method = auth_method_for(server.auth_methods, !client.secret.empty());
  if (client.id.empty() || client.id.size() > kMaxEndpointUrlBytes ||
      client.secret.reveal().size() > kMaxTokenBytes)
    co_return fail(ErrorCode::kUpstream,
                   "The authorization server registers this server without a client id.");
  Micros ends = 0;
  if (const auto seconds = optional_int(given, "client_secret_expires_at");
      seconds && seconds->value_or(0) > 0)
    ends = std::min<std::int64_t>(**seconds, 253'402'300'799) * kMicrosPerSecond;
  co_return std::pair(std::move(client), ends);
}

http::Task<Result<void>> revoke_token(http::Client& http, UpstreamEndpoint endpoint, std::string issuer,
                                      std::string revocation_endpoint, ClientIdentity client, Secret token,
                                      std::string hint) {
  Form form;
  form.emplace_back("token", std::string(token.reveal()));
  form.emplace_back("token_type_hint", std::move(hint));
  WICK_CO_TRY(request, make_client_request(endpoint, revocation_endpoint, issuer, "The revocation endpoint",
                                           client, std::move(form)));
  auto answer = co_await http.send(std::move(request));
  if (!answer) co_return fail(answer.error().code, "The revocation endpoint: " + answer.error().message);
  if (answer->status != 200) {
    co_return fail(ErrorCode::kUpstream,
                   refusal_text("The revocation endpoint answers", *answer, error_code_of(*answer)));
  }
  co_return Result<void>();
}

}  // namespace wick::upstream
