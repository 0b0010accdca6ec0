// /api/v1: the management API that the web app uses, as src/api/openapi.json describes it.
//
// Each route names who may use it: anyone, a signed-in session, an admin's session; and which few a session may
// use that must turn on a second factor first. A token can ask who it is and nothing more. Requests that change
// something must be JSON and come from this server's own origin. Handlers run on worker threads and may block.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/snapshot.h"
#include "api/services.h"
#include "http/server.h"
#include "identity/session_service.h"
#include "tokens/token_service.h"

namespace wick::api {

enum class Access { kPublic, kBeforeEnrolment, kSession, kAdmin };

struct Reply {
  int status = 200;
  boost::json::value body;  // null: none
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// One request that has been let in.
struct Context {
  Services& services;
  const http::Request& request;
  std::shared_ptr<const AccessSnapshot> snapshot;
  const UserEntry* user = nullptr;  // who is signed in; null on public routes
  BrowserSession session;
  boost::json::object body;

  Actor actor() const { return {user->id, user->role == Role::kAdmin}; }
  std::string_view path(std::string_view name) const { return request.capture(name); }
};

using Handler = std::function<Result<Reply>(Context&)>;
// For what waits for other systems: on an io thread, so that no worker is held up; the database by offload().
using WaitingHandler = std::function<http::Task<Result<Reply>>(Context&)>;

class Api {
 public:
  Api(Services& services, http::Server& server) : services_(services), server_(server) {}

  // Registers every route. Before the server starts.
  void mount();
  // For the files that hold the routes.
  void route(std::string method, std::string path, Access access, Handler handler,
             http::Workers workers = http::Workers::kGeneral);
  void route_waiting(std::string method, std::string path, Access access, WaitingHandler handler);
  Services& services() { return services_; }
  http::Server& server() { return server_; }

 private:
  Services& services_;
  http::Server& server_;
};

// The routes, by noun.
void mount_account(Api& api);
void mount_second_factor(Api& api);
void mount_tokens(Api& api);
void mount_connectors(Api& api);
void mount_connector_accounts(Api& api);
void mount_connections(Api& api);
void mount_oauth_clients(Api& api);
void mount_oidc(Api& api);
void mount_runs(Api& api);
void mount_usage(Api& api);
void mount_settings(Api& api);
void mount_admin_users(Api& api);
void mount_admin_connectors(Api& api);
void mount_curl_import(Api& api);
void mount_openapi_import(Api& api);

// Lets a request in: session, role, origin, body. Blocks.
Result<Context> admit(Services& services, const http::Request& request, Access access);
// Asks again, for an answer that took a while: whether the session still lives and its user still has that
// access. Blocks. Errors: kUnauthenticated, kForbidden
Result<void> still_admitted(const Context& context, Access access);
// For routes that are mounted on the server itself: what can be refused by the header is, before the body is
// read; only who is signed in may send more than limits.max_public_body_bytes.
http::RouteOptions route_options(Services& services, Access access);
http::Response to_response(Reply reply);
http::Response to_response(const Error& error, std::string_view request_id);

// The session's cookie (http/cookies.h).
std::string cookie_name(const std::string& public_url);
std::string set_cookie(const std::string& public_url, std::string_view secret);

// 201: the session in a cookie, and who is signed in. 202: the second factor is asked for.
Reply signed_in(Context& context, const NewBrowserSession& made);
Reply signed_in(Context& context, const SignIn& made);

std::string_view openapi_document();

}  // namespace wick::api
