#include "cli_login/server.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/environment.h"
#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

namespace wick::cli_login {
namespace {

constexpr std::size_t kMaxAnswerBytes = 256 * 1024;
constexpr std::int64_t kMaxPollSeconds = 60;

std::unexpected<Error> not_wick(const std::string& url) {
  return fail(ErrorCode::kUpstream, url + " does not answer like a Wick server: is the address right?");
}

std::int64_t number_of(const json::object& object, std::string_view name, std::int64_t otherwise) {
  const auto found = optional_int(object, name);
  return found ? found->value_or(otherwise) : otherwise;
}

json::object object_of(const http::ClientResponse& response) {
  auto value = parse_json(response.body);
  return value && value->is_object() ? std::move(value->get_object()) : json::object();
}

}  // namespace

Result<std::string> normal_server_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/mcp")) url.resize(url.size() - 4);
  while (url.ends_with('/')) url.pop_back();
  const auto read = Url::parse_http(url);
  // The address is compared with the server's own address as text.
  const bool is_plain = read && url.starts_with(read->scheme()) && read->path().empty() &&
                        read->query().empty() && read->fragment().empty();
  if (!is_plain || (!read->is_https() && !read->is_loopback())) {
    return fail(
        ErrorCode::kInvalidArgument,
        "--url must be the server's address, like https://wick.example.com (http only for this computer).");
  }
  return url;
}

RemoteServer::RemoteServer(std::string url, CredentialStore& store, const Clock& clock,
                           const std::string& ca_file)
    : url_(std::move(url)), store_(store), clock_(clock), http_(ca_file) {}

Result<http::ClientResponse> RemoteServer::send(http::ClientRequest request) {
  request.allow_private_addresses = true;  // the user has named the server
  request.max_response_bytes = kMaxAnswerBytes;
  boost::asio::io_context context(1);
  Result<http::ClientResponse> answer = fail(ErrorCode::kInternal, "");
  const auto exchange = [&]() -> http::Task<void> { answer = co_await http_.send(std::move(request)); };
  boost::asio::co_spawn(context, exchange(), boost::asio::detached);
  context.run();
  if (!answer && answer.error().code == ErrorCode::kUpstream)
    return fail(ErrorCode::kUnavailable, url_ + " cannot be reached: " + answer.error().message);
  return answer;
}

Result<json::object> RemoteServer::get(const std::string& address) {
  http::ClientRequest request;
  request.url = address;
  WICK_TRY(answer, send(std::move(request)));
  if (answer.status != 200) return not_wick(url_);
  return object_of(answer);
}

Result<http::ClientResponse> RemoteServer::post(
    const std::string& address, std::initializer_list<std::pair<std::string_view, std::string_view>> form) {
  http::ClientRequest request;
  request.method = "POST";
  request.url = address;
  request.has_body = true;
  for (const auto& [name, value] : form) {
    if (!request.body.empty()) request.body += '&';
    request.body.append(name).append("=").append(percent_encode(value));
  }
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return send(std::move(request));
}

Result<RemoteServer::Endpoints> RemoteServer::discover() {
  WICK_TRY(resource, get(url_ + "/.well-known/oauth-protected-resource/mcp"));
  if (text_or_empty(resource, "resource") != url_ + "/mcp") {
    return fail(ErrorCode::kUpstream, "This server calls itself " +
                                          printable(text_or_empty(resource, "resource")) +
                                          ": log in with that address.");
  }
  WICK_TRY(metadata, get(url_ + "/.well-known/oauth-authorization-server"));
  const Endpoints out{text_or_empty(metadata, "token_endpoint"),
                      text_or_empty(metadata, "device_authorization_endpoint"),
                      text_or_empty(metadata, "revocation_endpoint")};
  for (const std::string* address : {&out.token, &out.device, &out.revocation}) {
    if (!address->starts_with(url_ + "/")) return not_wick(url_);
  }
  if (text_or_empty(metadata, "issuer") != url_) return not_wick(url_);
  return out;
}

Result<StoredConnection> RemoteServer::read_tokens(const http::ClientResponse& response) {
  const json::object object = object_of(response);
  StoredConnection connection;
  connection.url = url_;
  connection.client_id = kCommandLineClient;
  connection.scope = text_or_empty(object, "scope");
  connection.access_token = Secret(text_or_empty(object, "access_token"));
  connection.refresh_token = Secret(text_or_empty(object, "refresh_token"));
  connection.expires_at = clock_.now() + number_of(object, "expires_in", 0) * kMicrosPerSecond;
  if (connection.access_token.empty() || connection.refresh_token.empty()) return not_wick(url_);
  return connection;
}

Result<StoredConnection> RemoteServer::wait_for_decision(const Endpoints& endpoints,
                                                         const Secret& device_code, std::int64_t interval,
                                                         std::int64_t expires_in) {
  const Micros ends = clock_.now() + expires_in * kMicrosPerSecond;
  while (clock_.now() < ends) {
    std::this_thread::sleep_for(std::chrono::seconds(interval));
    auto answer = post(endpoints.token, {{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                                         {"device_code", device_code.reveal()},
                                         {"client_id", kCommandLineClient}});
    if (!answer && answer.error().code != ErrorCode::kUnavailable &&
        answer.error().code != ErrorCode::kTimeout)
      return fail(std::move(answer.error()));
    if (!answer) continue;  // RFC 8628 §3.5: a failed request is repeated
    if (answer->status == 200) return read_tokens(*answer);
    const std::string error = text_or_empty(object_of(*answer), "error");
    if (error == "slow_down") interval = std::min(interval + 5, kMaxPollSeconds);
    if (error == "access_denied") return fail(ErrorCode::kForbidden, "The login was denied in the browser.");
    if (error == "expired_token") break;
    if (error != "authorization_pending" && error != "slow_down" && answer->status < 500)
      return fail(ErrorCode::kUpstream,
                  "The server does not continue this login (" +
                      (error.empty() ? std::to_string(answer->status) : printable(error)) + ").");
  }
  return fail(ErrorCode::kTimeout, "The login was not approved in time: start again.");
}

Result<std::string> RemoteServer::login(bool read_only, Storage storage,
                                        const std::function<void(const DevicePrompt&)>& prompt) {
  // Checks that the connection can be stored before the user is asked.
  { WICK_TRY(lock, store_.lock()); }
  WICK_CHECK(store_.urls());
  WICK_TRY(endpoints, discover());
  WICK_TRY(answer, post(endpoints.device, {{"client_id", kCommandLineClient},
                                           {"scope", read_only ? "mcp:read" : "mcp:read mcp:write"},
                                           {"resource", url_ + "/mcp"}}));
  const json::object object = object_of(answer);
  const Secret device_code(text_or_empty(object, "device_code"));
  const DevicePrompt shown{printable(text_or_empty(object, "verification_uri")),
                           printable(text_or_empty(object, "verification_uri_complete")),
                           printable(text_or_empty(object, "user_code")),
                           number_of(object, "expires_in", 600)};
  if (answer.status != 200 || device_code.empty()) {
    const std::string why = printable(text_or_empty(object, "error_description"));
    return fail(ErrorCode::kUpstream, "The server does not start a login" + (why.empty() ? "." : ": " + why));
  }
  // A page of another server would ask for consent to that server.
  if (!shown.verification_uri.starts_with(url_ + "/") ||
      !shown.verification_uri_complete.starts_with(url_ + "/"))
    return not_wick(url_);
  prompt(shown);
  const std::int64_t interval =
      std::clamp<std::int64_t>(number_of(object, "interval", 5), 1, kMaxPollSeconds);
  WICK_TRY(connection, wait_for_decision(endpoints, device_code, interval, shown.expires_in_seconds));
  WICK_TRY(lock, store_.lock());
  const auto before = store_.load(url_);
  auto saved = store_.save(connection, storage);
  // Ends the connection that this login replaces. When that fails, the user still sees it at the server.
  if (saved && before) (void)revoke(endpoints, *before);
  return saved;
}

Result<http::ClientResponse> RemoteServer::revoke(const Endpoints& endpoints,
                                                  const StoredConnection& connection) {
  return post(endpoints.revocation, {{"token", connection.refresh_token.reveal()},
                                     {"token_type_hint", "refresh_token"},
                                     {"client_id", connection.client_id}});
}

Result<Secret> RemoteServer::access_token() {
  if (const auto given = environment_variable("WICK_TOKEN"); given && !given->empty()) return Secret(*given);
  WICK_TRY(lock, store_.lock());
  WICK_TRY(connection, store_.load(url_));
  if (connection.expires_at > clock_.now() + to_micros(kRefreshMargin))
    return std::move(connection.access_token);
  return refresh(std::move(connection));
}

Result<Secret> RemoteServer::refresh(StoredConnection connection) {
  WICK_TRY(endpoints, discover());
  WICK_TRY(answer, post(endpoints.token, {{"grant_type", "refresh_token"},
                                          {"refresh_token", connection.refresh_token.reveal()},
                                          {"client_id", connection.client_id},
                                          {"resource", url_ + "/mcp"}}));
  if (answer.status >= 500)
    return fail(ErrorCode::kUnavailable,
                url_ + " answers with status " + std::to_string(answer.status) + ".");
  if (answer.status != 200) {
    return fail(ErrorCode::kUnauthenticated, "The connection to " + url_ +
                                                 " has ended, or was ended there: run `wick login --url " +
                                                 url_ + "` again.");
  }
  WICK_TRY(next, read_tokens(answer));
  WICK_CHECK(store_.save(next, Storage::kAuto));
  return std::move(next.access_token);
}

Result<json::object> RemoteServer::whoami() {
  WICK_TRY(token, access_token());
  http::ClientRequest request;
  request.url = url_ + "/api/v1/whoami";
  request.headers.emplace_back("Authorization", "Bearer " + std::string(token.reveal()));
  WICK_TRY(answer, send(std::move(request)));
  if (answer.status == 401) {
    return fail(
        ErrorCode::kUnauthenticated,
        url_ + " does not accept this credential any more: run `wick login --url " + url_ + "` again.");
  }
  if (answer.status != 200) return not_wick(url_);
  return object_of(answer);
}

Result<void> RemoteServer::logout() {
  WICK_TRY(lock, store_.lock());
  auto connection = store_.load(url_);
  if (!connection && connection.error().code == ErrorCode::kNotFound)
    return fail(std::move(connection.error()));
  Result<http::ClientResponse> told = fail(ErrorCode::kUnavailable, "what was stored cannot be read");
  if (connection) {
    auto endpoints = discover();
    if (endpoints) {
      told = revoke(*endpoints, *connection);
    } else {
      told = fail(endpoints.error());
    }
  }
  if (auto gone = store_.forget(url_); !gone) return gone;
  if (told && told->status == 200) return {};
  return fail(ErrorCode::kUnavailable,
              "The connection is removed here, but could not be ended at the server (" +
                  (told ? "status " + std::to_string(told->status) : told.error().message) +
                  "): end the connection under Profile, Connections.");
}

}  // namespace wick::cli_login
