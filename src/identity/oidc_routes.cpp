// /oidc/…: where a browser leaves for the OpenID provider and comes back from it. Not JSON: pages send the
// browser there, so what goes wrong is told by the sign-in page, and the reason by the log.
#include "base/log.h"
#include "base/offload.h"
#include "base/text.h"
#include "http/cookies.h"
#include "http/form.h"
#include "http/origin.h"
#include "identity/identity_routes.h"
#include "identity/oidc_service.h"
#include "identity/session_cookie.h"

namespace wick::api {
namespace {

// SameSite=Lax: the provider sends the browser back with a top-level GET.
constexpr http::CookieType kCookie{"wick_oidc", http::SameSite::kLax, kOidcSignInAge};

http::Response refused(const std::string& code, const std::string& reason, const http::Request& request) {
  spdlog::warn("sign-in by OpenID Connect from {}: {}", request.remote_address, reason);
  return http::see_other("/sign-in?error=" + code);
}

http::Task<http::Response> start(const IdentityRouteServices& services, http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  if (!services.origins.host_allowed(request))
    co_return refused("oidc_failed", "the request names a host that is not ours", request);
  std::string next = request.query_value("next").value_or("/");
  auto begun = co_await services.oidc.start(std::move(next));
  if (!begun) co_return refused("oidc_unavailable", begun.error().message, request);
  http::Response response = http::see_other(begun->location);
  response.headers.emplace_back("Set-Cookie",
                                http::set_cookie(services.public_url, kCookie, begun->cookie.reveal()));
  co_return response;
}

http::Task<http::Response> callback(const IdentityRouteServices& services, http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  const std::string no_cookie = http::set_cookie(services.public_url, kCookie, "");
  OidcCallback back;
  // RFC 6749 §3.1: a parameter that comes twice is refused.
  auto query = http::parse_form(request.query);
  if (query) {
    back.code = http::parameter(*query, "code");
    back.state = http::parameter(*query, "state");
    back.issuer = http::parameter(*query, "iss");
    back.error = http::parameter(*query, "error");
  }
  back.cookie = std::string(request.cookie(http::cookie_name(services.public_url, kCookie)).value_or(""));
  back.ip = std::string(request.remote_address);
  back.user_agent = std::string(request.header("user-agent").value_or(""));
  auto done = co_await services.oidc.finish(std::move(back));
  http::Response response;
  if (done) {
    response = http::see_other(done->next);
    response.headers.emplace_back("Set-Cookie",
                                  set_session_cookie(services.public_url, done->session.cookie.reveal()));
  } else {
    response = refused(done.error().code, done.error().reason, request);
  }
  response.headers.emplace_back("Set-Cookie", no_cookie);
  co_return response;
}

}  // namespace

void mount_oidc(Api& api, const IdentityRouteServices& services) {
  if (!services.oidc.options().enabled()) return;
  api.routes().route("GET", "/oidc/start",
                     [services](http::Exchange& exchange) { return start(services, exchange); });
  api.routes().route("GET", "/oidc/callback",
                     [services](http::Exchange& exchange) { return callback(services, exchange); });
}

}  // namespace wick::api
