#include "api/api.h"

#include "api/holders.h"
#include "base/fair_pool.h"
#include "base/json.h"
#include "base/offload.h"
#include "base/text.h"
#include "http/content_coding.h"
#include "http/origin.h"

namespace wick::api {
namespace {

constexpr const char* kPrefix = "/api/v1";

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kSessionRequired:
    case ErrorCode::kForbidden:
    case ErrorCode::kPolicy:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
    case ErrorCode::kLimit:
      return 409;
    case ErrorCode::kRateLimited:
      return 429;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kUnsupportedMediaType:
      return 415;
    case ErrorCode::kTimeout:
    case ErrorCode::kUpstream:
      return 502;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

Result<json::object> read_body(const http::Request& request) {
  if (request.body.empty()) return json::object();
  const auto type = request.header("content-type").value_or("");
  if (!equals_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json")) {
    return fail(ErrorCode::kUnsupportedMediaType, "The Content-Type must be application/json.");
  }
  WICK_TRY(value, parse_json(request.body));
  if (!value.is_object()) return fail(ErrorCode::kInvalidArgument, "The body must be a JSON object.");
  return std::move(value.get_object());
}

// The session's user, if they may use routes of this access.
Result<const UserEntry*> decide(const AccessSnapshot& snapshot, const BrowserSession& session,
                                Access access) {
  const UserEntry* user = snapshot.user(session.user);
  if (user == nullptr) return fail(ErrorCode::kUnauthenticated, "You are signed out: sign in again.");
  if (access == Access::kAdmin && user->role != Role::kAdmin)
    return fail(ErrorCode::kForbidden, "Only admins may do this.");
  return user;
}

}  // namespace

http::Response to_response(Reply reply) {
  http::Response response;
  response.status = reply.status;
  response.headers = std::move(reply.headers);
  response.headers.emplace_back("Cache-Control", "no-store");
  if (!reply.body.is_null()) response.body = to_json(reply.body);
  return response;
}

http::Response to_response(const Error& error, std::string_view request_id) {
  json::object inner;
  inner["code"] = error_code_name(error.code);
  inner["message"] = error.message;
  inner["request_id"] = request_id;
  json::object body;
  body["error"] = std::move(inner);
  Reply reply{status_of(error.code), std::move(body)};
  if (error.retry_after.count() > 0)
    reply.headers.emplace_back("Retry-After", std::to_string(error.retry_after.count()));
  return to_response(std::move(reply));
}

// What the header alone says, without the database.
Result<void> Api::check_header(const http::Request& request, Access access) const {
  if (!dependencies_.origins.host_allowed(request)) {
    return fail(ErrorCode::kForbidden, "This server does not answer to this host name: see --public-url.");
  }
  if (changes_something(request.method) && !dependencies_.origins.same_origin(request)) {
    return fail(ErrorCode::kForbidden,
                "Requests that change something must come from this server's own pages.");
  }
  if (access == Access::kPublic || request.cookie(dependencies_.session_cookie)) return {};
  if (request.header("authorization"))
    return fail(ErrorCode::kSessionRequired, "A token cannot do this: sign in to the web app.");
  return fail(ErrorCode::kUnauthenticated, "You are signed out: sign in again.");
}

Result<BrowserSession> Api::find_session(std::string_view cookie, Access access) const {
  if (access == Access::kBeforeEnrolment) return dependencies_.sessions.find_before_enrolment(cookie);
  return dependencies_.sessions.find(cookie);
}

// Everything but the body. Blocks.
Result<Context> Api::admit_header(const http::Request& request, Access access) const {
  WICK_CHECK(check_header(request, access));
  Context context{*this, request, dependencies_.access.snapshot(), nullptr, {}, {}};
  if (access == Access::kPublic) return context;
  const std::string_view cookie = *request.cookie(dependencies_.session_cookie);
  WICK_TRY(session, find_session(cookie, access));
  context.session = std::move(session);
  dependencies_.holders.remember(cookie, context.session.user);
  WICK_TRY(user, decide(*context.snapshot, context.session, access));
  context.user = user;
  return context;
}

Result<Context> Api::admit(const http::Request& request, Access access) const {
  auto context = admit_header(request, access);
  if (!context) return context;
  WICK_TRY(body, read_body(request));
  context->body = std::move(body);
  return context;
}

http::RouteOptions Api::route_options(Access access) const {
  http::RouteOptions options;
  options.check = [this, access](const http::Request& request) -> std::optional<http::Response> {
    const auto done = check_header(request, access);
    if (done) return std::nullopt;
    return to_response(done.error(), request.request_id);
  };
  if (access == Access::kPublic) return options;
  options.takes_large_bodies = true;
  options.large_body_check = [this, access](const http::Request& request) -> std::optional<http::Response> {
    const auto context = admit_header(request, access);
    if (context) return std::nullopt;
    return to_response(context.error(), request.request_id);
  };
  return options;
}

Result<void> Api::still_admitted(const Context& context, Access access) const {
  if (access == Access::kPublic) return {};
  const auto cookie = context.request.cookie(dependencies_.session_cookie);
  WICK_TRY(session, find_session(cookie.value_or(""), access));
  const auto snapshot = dependencies_.access.snapshot();
  WICK_CHECK(decide(*snapshot, session, access));
  return {};
}

void Api::route(std::string method, std::string path, Access access, Handler handler, http::Workers workers) {
  http::RouteOptions options = route_options(access);
  options.workers = workers;
  dependencies_.routes.route_blocking(
      std::move(method), kPrefix + path,
      [this, access, handler = std::move(handler)](const http::Request& request) {
        auto context = admit(request, access);
        if (!context) return to_response(context.error(), request.request_id);
        auto reply = handler(*context);
        if (!reply) return to_response(reply.error(), request.request_id);
        http::Response response = to_response(std::move(*reply));
        // Responses to reads hold no secrets: those are in the responses that make them.
        if (!changes_something(request.method)) http::compress_for(request, response);
        return response;
      },
      std::move(options));
}

void Api::route_waiting(std::string method, std::string path, Access access, WaitingHandler handler) {
  dependencies_.routes.route(
      std::move(method), kPrefix + path,
      [this, access, handler = std::move(handler)](http::Exchange& exchange) -> http::Task<http::Response> {
        const http::Request& request = exchange.request();
        auto context = co_await offload(dependencies_.pool, dependencies_.holders.of(request),
                                        [&] { return admit(request, access); });
        if (!context) co_return to_response(context.error(), request.request_id);
        auto reply = co_await handler(*context);
        auto admitted = co_await offload(dependencies_.pool, dependencies_.holders.of(request),
                                         [&] { return still_admitted(*context, access); });
        if (!admitted) co_return to_response(admitted.error(), request.request_id);
        if (!reply) co_return to_response(reply.error(), request.request_id);
        co_return to_response(std::move(*reply));
      },
      route_options(access));
}

void Api::mount_document() {
  const auto document = std::make_shared<const std::string>(openapi_document());
  dependencies_.routes.route("GET", std::string(kPrefix).append("/openapi.json"),
                             [document](http::Exchange&) -> http::Task<http::Response> {
                               http::Response response;
                               response.shared_body = document;
                               co_return response;
                             });
}

}  // namespace wick::api
