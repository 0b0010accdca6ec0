#include "oauth/http_helpers.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick::oauth {
namespace {

std::optional<std::string> from_base64(std::string_view text) {
  std::string url(text.substr(0, text.find('=')));
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  return from_base64url(url);
}

}  // namespace

void allow_any_origin(http::Response& response) {
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
}

http::Response json_answer(int status, const json::object& body) {
  http::Response response;
  response.status = status;
  response.body = to_json(body);
  response.headers.emplace_back("Cache-Control", "no-store");
  allow_any_origin(response);
  return response;
}

http::Response error_answer(int status, std::string_view code, std::string_view description) {
  json::object body;
  body["error"] = code;
  body["error_description"] = description;
  return json_answer(status, body);
}

http::Response error_answer(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kConflict:
      return error_answer(400, "invalid_grant", error.message);
    case ErrorCode::kInvalidArgument:
      return error_answer(400, "invalid_scope", error.message);
    default: {
      const bool is_limit = error.code == ErrorCode::kRateLimited || error.code == ErrorCode::kLimit;
      http::Response response =
          error_answer(error.code == ErrorCode::kRateLimited ? 429 : 503, "temporarily_unavailable",
                       is_limit ? error.message : "The server cannot do this now: try again in a moment.");
      if (error.retry_after.count() > 0)
        response.headers.emplace_back("Retry-After", std::to_string(error.retry_after.count()));
      return response;
    }
  }
}

std::expected<Parameters, http::Response> read_form(const http::Request& request) {
  if (!request.query.empty()) {
    return std::unexpected(
        error_answer(400, "invalid_request", "Send parameters in the body, never in the URL."));
  }
  const auto type = request.header("content-type").value_or("");
  if (!equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded")) {
    return std::unexpected(
        error_answer(400, "invalid_request", "The Content-Type must be application/x-www-form-urlencoded."));
  }
  if (request.body.size() > kMaxFormBytes)
    return std::unexpected(error_answer(413, "invalid_request", "The body is too large."));
  auto form = http::parse_form(request.body);
  if (!form) return std::unexpected(error_answer(400, "invalid_request", form.error().message));
  return std::move(*form);
}

std::expected<ClientCredentials, http::Response> read_client(const http::Request& request,
                                                             const Parameters& form) {
  ClientCredentials out;
  out.id = parameter(form, "client_id");
  out.secret = Secret(parameter(form, "client_secret"));
  const std::size_t count = request.header_count("authorization");
  if (count == 0) return out;
  if (count > 1 || !out.secret.empty()) {
    return std::unexpected(error_answer(400, "invalid_request",
                                        "A client authenticates in one way only (RFC 6749 section 2.3)."));
  }
  const std::string_view value = *request.header("authorization");
  constexpr std::string_view kScheme = "basic ";
  if (value.size() <= kScheme.size() || !equals_ignoring_case(value.substr(0, kScheme.size()), kScheme))
    return std::unexpected(invalid_client(true, "Clients authenticate with the scheme Basic."));
  const auto pair = from_base64(trim(value.substr(kScheme.size())));
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return std::unexpected(invalid_client(true, "The credentials are malformed."));
  auto id = percent_decode(std::string_view(*pair).substr(0, colon), true);
  auto secret = percent_decode(std::string_view(*pair).substr(colon + 1), true);
  if (!id || !secret || (!out.id.empty() && out.id != *id))
    return std::unexpected(invalid_client(true, "The credentials are malformed, or of another client."));
  return ClientCredentials{std::move(*id), Secret(std::move(*secret)), true};
}

http::Response invalid_client(bool basic, std::string_view description) {
  http::Response response = error_answer(401, "invalid_client", description);
  if (basic) response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"wick\", charset=\"UTF-8\"");
  return response;
}

}  // namespace wick::oauth
