#include "rest/rest_kind.h"

#include <algorithm>

#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "connectors/argument_defaults.h"
#include "connectors/connector_config.h"
#include "crypto/digest.h"
#include "http/body_text.h"
#include "http/field.h"
#include "http/url_text.h"
#include "redaction/secret_filter.h"
#include "redaction/template_secrets.h"
#include "rest/response_fields.h"
#include "rest/response_shape.h"
#include "rest/rest_request.h"

namespace wick {
namespace {

// The authentication methods with their names in the configuration and for people.
constexpr std::pair<const char*, const char*> kAuths[] = {
    {"none", "None"},
    {"bearer", "Bearer token"},
    {"header", "Secret in a header"},
    {"basic", "User name and password"},
    {"query", "Secret in a query parameter"},
    {"oauth_client_credentials", "OAuth client credentials"},
};
// An access token is renewed this long before it expires, because of clock skew and the time of the request.
constexpr std::chrono::seconds kTokenExpirySkew(30);
constexpr std::chrono::seconds kDefaultTokenLifetime(300), kMaxTokenLifetime(86'400);

void authorize(http::ClientRequest& request, const json::object& config, std::string_view auth,
               const Secret& secret) {
  const std::string name = text_or_empty(config, "auth_name");
  const std::string plain(secret.reveal());
  if (auth == "bearer" || auth == "oauth_client_credentials") {
    request.headers.emplace_back("Authorization", "Bearer " + plain);
  } else if (auth == "header") {
    request.headers.emplace_back(name, plain);
  } else if (auth == "basic") {
    request.headers.emplace_back("Authorization",
                                 "Basic " + to_base64(text_or_empty(config, "username") + ":" + plain));
  } else if (auth == "query") {
    request.url += (request.url.find('?') == std::string::npos ? '?' : '&') + percent_encode(name) + "=" +
                   percent_encode(plain);
  }
}

ResponseShape shape_of(const json::object& config, const json::object& rest) {
  const auto max_text_bytes = [](const json::object& object, std::int64_t default_value) {
    return positive_int_or(object, "max_text_bytes", default_value, kMaxRestResponseBytes);
  };
  ResponseShape shape;
  shape.pick = text_or_empty(rest, "pick");
  shape.max_items = std::size_t(positive_int_or(rest, "max_items", 0, kMaxMaxItems));
  shape.max_text_bytes = std::size_t(max_text_bytes(rest, max_text_bytes(config, kDefaultTextBytes)));
  return shape;
}

// The result without a response of the system.
CallResult not_answered(const Error& error, const std::shared_ptr<Cancellation>& cancellation,
                        const SecretFilter& secrets) {
  CallResult failed = call_failed(secrets.cleaned(error.message), 0);
  failed.cancelled = cancellation != nullptr && cancellation->cancelled();
  if (failed.cancelled) failed.text = "The client cancelled the call or disconnected.";
  failed.rate_limited = error.code == ErrorCode::kRateLimited;
  // Rejected by Wick's own rules: the system itself may be healthy.
  failed.is_ours = failed.cancelled || failed.rate_limited || error.code == ErrorCode::kForbidden ||
                   error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kUnavailable;
  if (failed.is_ours || error.code == ErrorCode::kTooLarge) failed.http_status = 200;
  if (error.code == ErrorCode::kTooLarge) {
    failed.text +=
        " Nothing of it was read. Page or narrow the request with the arguments of this operation, where it "
        "has some for that. An admin can raise its \"max_bytes\", or that of the connector, up to " +
        with_thousands(kMaxRestResponseBytes) + ".";
  }
  return failed;
}

// The body as JSON if it is JSON, without secrets in either form.
std::optional<json::value> clean_body(std::string& body, const SecretFilter& secrets) {
  auto value = parse_json(body);
  if (!value) {
    secrets.clean(body);
    return std::nullopt;
  }
  // The text alone may contain a secret: in a member that a later one of the same name replaces.
  const bool cut = secrets.clean(*value);
  if (cut || secrets.clean(body)) body = to_json(*value);
  return std::move(*value);
}

// A member that Wick adds to the structured content.
void add_member(json::object& structured, std::string name, json::object value) {
  while (structured.contains(name)) name.insert(0, 1, '_');
  structured[name] = std::move(value);
}

std::string redirect_text(const http::ClientResponse& response, const SecretFilter& secrets) {
  const std::string to = http::without_credentials(replace_invalid_utf8(response.redirect_url));
  return "The system answered with a redirect (status " + std::to_string(response.status) + ") to " +
         printable(secrets.cleaned(to)) + ", which this connector does not follow: an admin can allow it.";
}

CallResult to_result(http::ClientResponse response, const ResponseShape& shape, const SecretFilter& secrets) {
  if (response.status >= 300 && response.status < 400 && !response.redirect_url.empty())
    return call_failed(redirect_text(response, secrets), response.status);
  const json::object fields = response_fields(response, secrets);
  const std::size_t bytes = response.body.size();
  const std::string type = secrets.cleaned(replace_invalid_utf8(response.content_type));
  auto text = http::body_text(std::move(response.body), response.content_type);
  if (!text) {
    return call_failed("The response (status " + std::to_string(response.status) + ") cannot be read (" +
                           printable(type) + "): " + text.error().message + field_lines(fields),
                       response.status);
  }
  if (!*text) {
    return call_failed("The system answered with " + std::to_string(bytes) + " bytes that are not text (" +
                           printable(type) + ")." + field_lines(fields),
                       response.status);
  }
  response.body = std::move(**text);
  auto value = clean_body(response.body, secrets);
  CallResult result;
  result.http_status = response.status;
  result.is_error = response.status >= 300 || response.status < 200;
  if (result.is_error) {
    result.text = cut_text("The system answered with status " + std::to_string(response.status) +
                               (response.body.empty() ? "." : ":\n" + response.body),
                           shape.max_text_bytes);
  } else if (response.body.empty()) {
    result.text =
        "Done: the system answered with status " + std::to_string(response.status) + " and no content.";
  } else {
    ShapedResponse shaped =
        value ? shape_value(std::move(*value), response.body, shape) : shape_response(response.body, shape);
    result.text = std::move(shaped.text);
    result.structured = std::move(shaped.structured);
    if (result.structured && !fields.empty()) add_member(*result.structured, "_headers", fields);
  }
  result.text += field_lines(fields);
  return result;
}

}  // namespace

RestKind::RestKind(http::Client& client, const SealingKey& key, const Clock& clock, FairPool* long_work)
    : client_(client), key_(key), clock_(clock), long_work_(long_work) {}

std::vector<ConfigField> RestKind::fields() const {
  std::vector<ConfigField> all;
  const auto add = [&](const char* key, const char* label, const char* type,
                       const char* help) -> ConfigField& {
    return all.emplace_back(ConfigField{key, label, type, false, help});
  };
  add("base_url", "Base URL", "text",
      "The path of each operation is appended to it, for example https://api.example.com/v2.")
      .required = true;
  add("servers", "Other servers", "list",
      "An operation that names one of them is sent there, with the same secret, for example "
      "https://upload.example.com.");
  ConfigField& auth = add("auth", "Authentication", "select", "How requests authenticate.");
  for (const auto& [value, label] : kAuths) auth.options.push_back({value, label});
  auth.default_value = "none";
  add("auth_name", "Header or parameter name", "text",
      "The header or parameter that carries the secret, for example X-API-Key.")
      .auths = {"header", "query"};
  add("username", "User name or client id", "text", "").auths = {"basic", "oauth_client_credentials"};
  add("secret", "Secret", "secret", "The key, password or client secret. Sealed; it cannot be read back.")
      .auths = {"bearer", "header", "basic", "query", "oauth_client_credentials"};
  add("token_url", "Token URL", "text", "Where the access token comes from.").auths = {
      "oauth_client_credentials"};
  add("scope", "Scope", "text", "When the system asks for one.").auths = {"oauth_client_credentials"};
  add("headers", "More headers", "list", "Sent with every request, each as Name: value.");
  add("timeout_seconds", "Timeout in seconds", "number", "How long to wait for the system.").default_value =
      kDefaultRestTimeout.count();
  add("max_bytes", "Largest response in bytes", "number", "A larger response is an error.").default_value =
      kDefaultRestResponseBytes;
  add("max_text_bytes", "Largest text in bytes", "number",
      "A longer response is cut to this size for the model, with a note.")
      .default_value = std::int64_t(kDefaultTextBytes);
  add("follow_redirects", "Follow redirects", "boolean", "At most 5, and only within the same host.")
      .default_value = false;
  add("allow_private_addresses", "Allow private addresses", "boolean",
      "Lets this connector reach your own network, this machine included.")
      .default_value = false;
  return all;
}

Result<void> RestKind::check_config(const json::object& config) const {
  if (auto known = check_fields(*this, config); !known) return known;
  WICK_CHECK(check_http_url(
      text_or_empty(config, "base_url"),
      "The base URL must begin with http:// or https:// and name a host, without a user name in it."));
  if (const auto* servers = config.if_contains("servers"); servers != nullptr && servers->is_array()) {
    for (const auto& server : servers->get_array()) {
      WICK_CHECK(
          check_http_url(server.is_string() ? std::string_view(server.get_string()) : std::string_view(),
                         "Each of the other servers must begin with http:// or https:// and name a host."));
    }
  }
  std::string auth = text_or_empty(config, "auth");
  if (auth.empty()) auth = "none";
  if (std::ranges::none_of(kAuths, [&](const auto& one) { return one.first == auth; }))
    return invalid("\"" + auth + "\" is not an authentication method.");
  if (auth == "header" && !http::is_field_name(text_or_empty(config, "auth_name")))
    return invalid("Say which header carries the secret, for example X-API-Key.");
  if (auth == "query" && text_or_empty(config, "auth_name").empty())
    return invalid("Say which query parameter carries the secret.");
  if (auth == "oauth_client_credentials") {
    WICK_CHECK(check_http_url(text_or_empty(config, "token_url"),
                              "The token URL must begin with http:// or https://."));
  }
  if (const auto* lines = config.if_contains("headers"); lines != nullptr && lines->is_array()) {
    for (const auto& line : lines->get_array()) {
      WICK_CHECK(http::parse_field_line(plain_text(line)));
    }
  }
  return {};
}

Result<void> RestKind::check_operation(const json::object& definition) const {
  const auto* rest = object_or_null(definition, "rest");
  if (rest == nullptr) return invalid("\"rest\" is missing: it says which request the operation makes.");
  if (auto known = only_fields(*rest, {"method", "server", "path", "query", "headers", "body", "content_type",
                                       "pick", "max_items", "max_text_bytes", "max_bytes"});
      !known)
    return known;
  if (auto sound = check_rest_request(*rest); !sound) return sound;
  for (const auto& [field, most] :
       {std::pair{"max_items", kMaxMaxItems}, std::pair{"max_text_bytes", kMaxRestResponseBytes}}) {
    const auto* value = rest->if_contains(field);
    const auto number = value == nullptr ? std::nullopt : int64_of(*value);
    const bool good = value == nullptr || (number && *number >= 1 && *number <= most);
    if (!good) {
      return invalid("\"" + std::string(field) + "\" must be a whole number from 1 to " +
                     with_thousands(std::size_t(most)) + "; leave it out for no limit of this operation.");
    }
  }
  const auto* pick = rest->if_contains("pick");
  if (pick != nullptr && !is_text(*pick)) return invalid("\"pick\" must be text.");
  return check_pick(text_or_empty(*rest, "pick"));
}

RestKind::Authorized RestKind::access_token(std::shared_ptr<const ConnectorEntry> connector,
                                            std::string client_secret, std::string holder,
                                            std::shared_ptr<Cancellation> cancellation) {
  const json::object& config = connector->config;
  const std::string id = connector->id.str();
  const std::string fingerprint = to_hex(sha256(to_json(config) + client_secret));
  {
    std::lock_guard lock(mutex_);
    const auto found = tokens_.find(id);
    if (found != tokens_.end() && found->second.fingerprint == fingerprint &&
        found->second.expires_at > clock_.now()) {
      co_return found->second.token.clone();
    }
  }
  http::ClientRequest request;
  request.method = "POST";
  request.url = text_or_empty(config, "token_url");
  request.has_body = true;
  request.body = "grant_type=client_credentials";
  if (const std::string scope = text_or_empty(config, "scope"); !scope.empty())
    request.body += "&scope=" + percent_encode(scope);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.headers.emplace_back("Accept", "application/json");
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  request.headers.emplace_back("Authorization",
                               "Basic " + to_base64(percent_encode(text_or_empty(config, "username")) + ":" +
                                                    percent_encode(client_secret)));
  request.timeout = std::chrono::seconds(
      positive_int_or(config, "timeout_seconds", kDefaultRestTimeout.count(), kMaxRestTimeout.count()));
  request.allow_private_addresses = bool_or_false(config, "allow_private_addresses");
  request.holder = std::move(holder);
  request.connector = id;
  request.cancellation = std::move(cancellation);
  WICK_CO_TRY(response, co_await client_.send(std::move(request)));
  const auto value = parse_json(response.body, InvalidUtf8::kReplace);
  const bool sound = response.status == 200 && value && value->is_object() &&
                     !text_or_empty(value->get_object(), "access_token").empty();
  if (!sound) {
    co_return fail(ErrorCode::kUpstream, "The token URL refused the client credentials with status " +
                                             std::to_string(response.status) +
                                             ": an admin has to check them.");
  }
  const json::object& granted = value->get_object();
  if (!http::is_access_token(text_or_empty(granted, "access_token"))) {
    co_return fail(
        ErrorCode::kUpstream,
        "The token URL returned an access token that cannot be sent in a header: an admin has to check it.");
  }
  const std::chrono::seconds lifetime(
      positive_int_or(granted, "expires_in", kDefaultTokenLifetime.count(), kMaxTokenLifetime.count()));
  AccessToken kept{fingerprint, Secret(text_or_empty(granted, "access_token")),
                   clock_.now() + to_micros(lifetime - kTokenExpirySkew)};
  Secret token = kept.token.clone();
  std::lock_guard lock(mutex_);
  tokens_.insert_or_assign(id, std::move(kept));
  co_return token;
}

CallTask RestKind::call(Call call) {
  const json::object& config = call.connector->config;
  const json::object* rest = object_or_null(call.operation->definition, "rest");
  if (rest == nullptr) co_return call_refused("This operation has no request: an admin has to complete it.");
  // The default of an OpenAPI document is what the system assumes for an absent value, so only required values
  // get it. The default of a pasted command is the value that was sent.
  const Defaults which =
      call.operation->definition.contains("openapi") ? Defaults::kOfRequired : Defaults::kAll;
  const json::object arguments =
      with_defaults(call.operation->input_schema, std::move(call.arguments), which);
  auto request = make_rest_request(config, *rest, arguments);
  if (!request) co_return call_refused(request.error().message);
  auto plain = open_secret(key_, *call.connector, "secret");
  if (!plain)
    co_return call_failed("The secret of this connector cannot be opened: an admin has to set it again.", 0);
  Secret credential = std::move(*plain);
  const std::string auth = text_or_empty(config, "auth");
  SecretFilter secrets;
  add_rest_secrets(secrets, config, *rest);
  add_credential(secrets, credential.reveal());
  if (auth == "basic") secrets.add_basic(text_or_empty(config, "username"), credential.reveal());
  const auto cancellation = call.client == nullptr ? nullptr : call.client->cancellation;
  const std::string holder = call.user.str();
  if (auth == "oauth_client_credentials") {
    std::string client_secret(credential.reveal());
    auto token = co_await access_token(call.connector, std::move(client_secret), holder, cancellation);
    if (!token) co_return not_answered(token.error(), cancellation, secrets);
    credential = std::move(*token);
    secrets.add(credential.reveal());
  }
  authorize(*request, config, auth, credential);
  request->holder = holder;
  request->connector = call.connector->id.str();
  request->cancellation = cancellation;
  auto response = co_await client_.send(std::move(*request));
  if (!response) co_return not_answered(response.error(), cancellation, secrets);
  if (response->status == 401 && auth == "oauth_client_credentials") {
    std::lock_guard lock(mutex_);
    tokens_.erase(call.connector->id.str());
  }
  const ResponseShape shape = shape_of(config, *rest);
  const auto work = [&]() -> Result<CallResult> { return to_result(std::move(*response), shape, secrets); };
  const bool is_short =
      response->body.size() <= kLongWorkBytes && !http::needs_installed_charset(response->content_type);
  if (long_work_ == nullptr || is_short) co_return std::move(*work());
  auto done = co_await offload(*long_work_, holder, work);
  if (!done) co_return not_answered(done.error(), cancellation, secrets);
  co_return std::move(*done);
}

}  // namespace wick
