#include "identity/session_cookie.h"

#include "http/cookies.h"
#include "identity/session_service.h"

namespace wick {
namespace {

constexpr http::CookieType kSessionCookie{"wick_session", http::SameSite::kLax, kSessionAge};

}  // namespace

std::string session_cookie_name(const std::string& public_url) {
  return http::cookie_name(public_url, kSessionCookie);
}

std::string set_session_cookie(const std::string& public_url, std::string_view secret) {
  return http::set_cookie(public_url, kSessionCookie, secret);
}

}  // namespace wick
