// /api/v1: the management API that the web app uses, as src/api/openapi.json describes it.
//
// Here is the common part: who is let in, how a body is read, how results and errors are written. The routes live with
// their features, and the last modules hold those that need several features.
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

#include "access/actor.h"
#include "access/snapshot.h"
#include "api/session_authenticator.h"
#include "http/route_table.h"

namespace wick {

class FairPool;
namespace http {
class OriginPolicy;
}

namespace api {

class Api;
class Holders;

enum class Access { kPublic, kBeforeEnrolment, kSession, kAdmin };

struct Reply {
  int status = 200;
  boost::json::value body;  // null: none
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// One request that has been let in.
struct Context {
  const Api& api;
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
  // All of it must outlive the routes.
  struct Dependencies {
    http::RouteTable& routes;
    const AccessStore& access;
    SessionAuthenticator& sessions;
    const http::OriginPolicy& origins;
    Holders& holders;
    FairPool& pool;              // for blocking work before and after a handler that waits
    std::string session_cookie;  // its name
  };
  explicit Api(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}
  Api(const Api&) = delete;  // the routes refer to it

  // Registers a route; its path is below /api/v1. Before the server starts.
  void route(std::string method, std::string path, Access access, Handler handler,
             http::Workers workers = http::Workers::kGeneral);
  void route_waiting(std::string method, std::string path, Access access, WaitingHandler handler);
  // Registers GET /api/v1/openapi.json, the description of the API.
  void mount_document();
  // For routes that do their own admission, or are at other addresses.
  http::RouteTable& routes() { return dependencies_.routes; }

  // Lets a request in: session, role, origin, body. Blocks.
  Result<Context> admit(const http::Request& request, Access access) const;
  // Asks again, for an answer that took a while: whether the session still lives and its user still has that
  // access. Blocks. Errors: kUnauthenticated, kForbidden
  Result<void> still_admitted(const Context& context, Access access) const;
  // For routes that are mounted on the route table itself: what can be refused by the header is, before the body is
  // read; only who is signed in may send more than limits.max_public_body_bytes.
  http::RouteOptions route_options(Access access) const;

 private:
  Result<void> check_header(const http::Request& request, Access access) const;
  Result<Context> admit_header(const http::Request& request, Access access) const;
  Result<BrowserSession> find_session(std::string_view cookie, Access access) const;

  const Dependencies dependencies_;
};

// Registers the handlers of one feature: functions that take the services that the feature needs, and the request.
template <typename Services>
class Routes {
 public:
  Routes(Api& api, const Services& services)
      : api_(api), services_(std::make_shared<const Services>(services)) {}

  void route(std::string method, std::string path, Access access,
             Result<Reply> (*handler)(const Services&, Context&),
             http::Workers workers = http::Workers::kGeneral) {
    api_.route(
        std::move(method), std::move(path), access,
        [services = services_, handler](Context& context) { return handler(*services, context); }, workers);
  }
  void route_waiting(std::string method, std::string path, Access access,
                     http::Task<Result<Reply>> (*handler)(const Services&, Context&)) {
    api_.route_waiting(
        std::move(method), std::move(path), access,
        [services = services_, handler](Context& context) { return handler(*services, context); });
  }

 private:
  Api& api_;
  std::shared_ptr<const Services> services_;
};

http::Response to_response(Reply reply);
http::Response to_response(const Error& error, std::string_view request_id);

std::string_view openapi_document();

}  // namespace api
}  // namespace wick
