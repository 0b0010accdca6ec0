#include "app/serve.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "api/api.h"
#include "app/api_routes.h"
#include "app/background_jobs.h"
#include "app/control_socket.h"
#include "app/web_routes.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/open_files.h"
#include "http/server.h"
#include "http/static_files.h"

namespace wick {
namespace {

struct WebFile {
  const char* path;
  const char* begin;
  const char* end;
};

constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";

}  // namespace

extern "C" const WebFile wick_web_files[];

namespace {

std::shared_ptr<const http::StaticFiles> web_app() {
  const std::vector<std::pair<std::string, std::string>> page_headers = {
      {"Content-Security-Policy", kContentSecurityPolicy}, {"X-Frame-Options", "DENY"}};
  auto files = std::make_shared<http::StaticFiles>(
      page_headers,
      [routes = WebRoutes::embedded()](std::string_view path) { return routes.contains(path); });
  const WebFile* file = wick_web_files;
  if (file->path == nullptr)
    files->add("/index.html",
               "<!doctype html><title>Wick</title><p>This build has no web app. Run script/build.");
  for (; file->path != nullptr; ++file)
    files->add(file->path, {file->begin, std::size_t(file->end - file->begin)});
  return files;
}

void mount(http::Server& server, Instance& instance) {
  mcp::Endpoint& endpoint = instance.parts().endpoint;
  const auto check = [&endpoint](const http::Request& request) { return endpoint.check_header(request); };
  const http::OriginPolicy& origins = instance.parts().origins;
  // Users type a slash at the end, and some clients add one or join two paths with two slashes.
  const http::RouteOptions options = {
      .ignores_slashes = true,
      .fields = [&origins](const http::Request& request) { return origins.cors_fields(request); }};
  http::RouteOptions of_posts = options;
  of_posts.takes_large_bodies = true;
  of_posts.check = check;
  for (const char* path : {"/mcp", "/mcp/c/{connector}"}) {
    server.route(
        "POST", path, [&endpoint](http::Exchange& exchange) { return endpoint.post(exchange); }, of_posts);
    server.route(
        "GET", path, [&endpoint](http::Exchange& exchange) { return endpoint.get(exchange); }, options);
    server.route(
        "DELETE", path, [&endpoint](http::Exchange& exchange) { return endpoint.remove(exchange); }, options);
    server.route(
        "OPTIONS", path,
        [&origins](http::Exchange& exchange) -> http::Task<http::Response> {
          co_return origins.preflight(exchange.request());
        },
        options);
  }
  server.route("GET", "/healthz", [](http::Exchange&) -> http::Task<http::Response> {
    http::Response response;
    response.body = R"({"status":"ok"})";
    co_return response;
  });
  server.route(
      "GET", "/readyz", [&runs = instance.parts().runs](http::Exchange&) -> http::Task<http::Response> {
        http::Response response;
        response.headers.emplace_back("Cache-Control", "no-store");
        if (const auto ready = runs.ready(); !ready) {
          json::object body;
          body["status"] = "unavailable";
          body["message"] = ready.error().message;
          response.status = 503;
          response.body = to_json(body);
          response.headers.emplace_back("Retry-After", std::to_string(ready.error().retry_after.count()));
        } else {
          response.body = R"({"status":"ok"})";
        }
        co_return response;
      });
  instance.parts().oauth.mount(server);
  // A discovery document that does not exist must be a real 404: clients take any other response for the document.
  server.route("GET", "/.well-known/*", [](http::Exchange&) -> http::Task<http::Response> {
    http::Response response;
    response.status = 404;
    response.body =
        R"({"error":{"code":"not_found","message":"There is nothing at this address.","request_id":""}})";
    co_return response;
  });
  server.fallback([files = web_app(), &origins](http::Exchange& exchange) -> http::Task<http::Response> {
    const http::Request& request = exchange.request();
    // Clients of the API are programs, so they get JSON and never the web app's page.
    if (request.path == "/api" || request.path.starts_with("/api/")) {
      const Error nothing{
          ErrorCode::kNotFound,
          "There is nothing at this address. /api/v1/openapi.json lists the addresses of the API.",
          {}};
      co_return api::to_response(nothing, format_uuid(make_uuid_v7()));
    }
    if (origins.host_allowed(request)) co_return files->serve(request);
    http::Response refused;
    refused.status = 403;
    refused.content_type = "text/plain; charset=utf-8";
    refused.body =
        "This server does not answer to this host name. --public-url sets the one that it answers to.\n";
    co_return refused;
  });
}

Result<void> announce(Instance& instance, const Settings& settings) {
  WICK_TRY(required, instance.parts().links.setup_required());
  const std::string port = ":" + std::to_string(settings.port);
  const std::string behind =
      settings.public_url.ends_with(port) ? "" : ", listening on " + settings.address + port;
  std::printf("Wick %s is ready at %s (MCP: %s/mcp)%s\n", WICK_VERSION, settings.public_url.c_str(),
              settings.public_url.c_str(), behind.c_str());
  if (required) {
    WICK_TRY(link, instance.parts().links.make_setup());
    // On standard output and never in the log: a person who has the link becomes the admin.
    std::printf(
        "Create the first admin with this link. It works once, within 24 hours:\n  %s/setup#token=%s\n",
        settings.public_url.c_str(), std::string(link.token.reveal()).c_str());
  }
  std::fflush(stdout);
  return {};
}

// Runs until a signal comes. When it returns, only the server and the instance are still running.
Result<void> run_until_signal(http::Server& server, http::ListeningSocket socket, Instance& instance,
                              BackgroundJobs& jobs, const Settings& settings) {
  boost::asio::io_context waiting;
  boost::asio::signal_set signals(waiting, SIGINT, SIGTERM);
  signals.async_wait([](boost::system::error_code, int) {});
  WICK_CHECK(server.start(std::move(socket)));
  WICK_TRY(control, ControlSocket::listen(settings.data, instance));
  jobs.start(*server.contexts().front());
  const auto announced = announce(instance, settings);
  if (announced) waiting.run();
  if (announced) spdlog::info("stopping: requests in progress may finish");
  jobs.stop();
  control.reset();
  return announced;
}

}  // namespace

void fit_open_files(Settings& settings) {
  const OpenFileUse wanted{settings.limits.max_connections, settings.outgoing.requests};
  const std::size_t needed = needed_open_files(wanted), limit = raise_open_file_limit(needed);
  const OpenFileUse plan = plan_open_files(limit, wanted);
  if (plan == wanted) return;
  std::string lowered;
  const auto add = [&](const char* setting, std::size_t now, std::size_t before) {
    if (now == before) return;
    lowered += (lowered.empty() ? "" : " and ") + std::string(setting) + " is " + std::to_string(now) +
               " instead of " + std::to_string(before);
  };
  add("limits.max_connections", plan.connections, wanted.connections);
  add("limits.outgoing_requests", plan.outgoing, wanted.outgoing);
  spdlog::warn(
      "{}, because this process may have only {} open files and needs {}. Raise the hard limit (systemd: "
      "LimitNOFILE=, Docker: --ulimit nofile=, shell: ulimit -Hn), or lower these settings",
      lowered, limit, needed);
  settings.limits.max_connections = plan.connections;
  http::ClientLimits& outgoing = settings.outgoing;
  outgoing.requests = plan.outgoing;
  outgoing.per_holder = std::min(outgoing.per_holder, std::max<std::size_t>(1, plan.outgoing / 4));
  outgoing.per_connector = std::min(outgoing.per_connector, std::max<std::size_t>(1, plan.outgoing / 2));
}

Result<void> serve(Instance& instance, http::ListeningSocket socket, const Settings& settings) {
  std::signal(SIGPIPE, SIG_IGN);
  http::ServerOptions options;
  options.address = settings.address;
  options.port = settings.port;
  options.threads = settings.threads;
  options.limits = settings.limits;
  options.trusted_proxies = settings.trusted_proxies;
  options.holder = [&holders = instance.parts().holders](const http::Request& request) {
    return holders.of(request);
  };
  options.headers = {{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}};
  if (settings.public_url.starts_with("https://"))
    options.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  http::Server server(options);
  mount(server, instance);
  Composition& parts = instance.parts();
  api::Api api(api::Api::Dependencies{.routes = server,
                                      .access = parts.access,
                                      .sessions = parts.sessions,
                                      .origins = parts.origins,
                                      .holders = parts.holders,
                                      .pool = parts.pool,
                                      .session_cookie = session_cookie_name(parts.public_url)});
  mount_api(api, parts);
  BackgroundJobs jobs(instance, settings);
  auto ended = run_until_signal(server, std::move(socket), instance, jobs, settings);
  // The io threads end first, then the threads that post to them. Then the coroutines that did not end are destroyed,
  // while the objects that they refer to still exist.
  server.stop();
  instance.stop();
  server.discard();
  return ended;
}

}  // namespace wick
