// What the authorization server's endpoints have in common on the wire: JSON answers and errors as RFC 6749
// §5 names them, forms, and the authentication of clients (RFC 6749 §2.3). Pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "http/form.h"
#include "http/message.h"

namespace wick::oauth {

inline constexpr std::size_t kMaxFormBytes = 16 * 1024;

using Parameters = http::Form;
using http::parameter;
using http::see_other;

// RFC 9700 §2.6: for any origin, without credentials.
void allow_any_origin(http::Response& response);
http::Response json_answer(int status, const boost::json::object& body);
http::Response error_answer(int status, std::string_view code, std::string_view description);
// kUnauthenticated and kConflict are invalid_grant, kInvalidArgument is invalid_scope, kRateLimited and
// kLimit are slow_down with a Retry-After where there is one.
http::Response error_answer(const Error& error);

// The form of a POST, or the response that refuses. Secrets in the URL are refused (RFC 6749 §2.3.1).
std::expected<Parameters, http::Response> read_form(const http::Request& request);

struct ClientCredentials {
  std::string id;
  Secret secret;  // empty: the client is public
  bool basic = false;
};
// From the Authorization header or the form, never both. Errors: the response that refuses
std::expected<ClientCredentials, http::Response> read_client(const http::Request& request,
                                                             const Parameters& form);
// 401; with a challenge when the client used the Authorization header (RFC 6749 §5.2).
http::Response invalid_client(bool basic, std::string_view description);

}  // namespace wick::oauth
