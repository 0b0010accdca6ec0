// Shared functions of the authorization server's endpoints: JSON responses and errors (RFC 6749 §5), forms, and the
// authentication of clients (RFC 6749 §2.3). Pure functions.
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

// Allows any origin, without credentials (RFC 9700 §2.6).
void allow_any_origin(http::Response& response);
http::Response json_answer(int status, const boost::json::object& body);
http::Response error_answer(int status, std::string_view code, std::string_view description);
// kUnauthenticated and kConflict become invalid_grant, kInvalidArgument becomes invalid_scope, kRateLimited and kLimit become
// slow_down, with Retry-After when the error has it.
http::Response error_answer(const Error& error);

// Reads the form of a POST, or returns the response that refuses it. Secrets in the URL are refused (RFC 6749 §2.3.1).
std::expected<Parameters, http::Response> read_form(const http::Request& request);

struct ClientCredentials {
  std::string id;
  Secret secret;  // empty: the client is public
  bool basic = false;
};
// Reads the credentials from the Authorization header or the form; both together are refused. Errors: the response
std::expected<ClientCredentials, http::Response> read_client(const http::Request& request,
                                                             const Parameters& form);
// The response 401, with a challenge when the client used the Authorization header (RFC 6749 §5.2).
http::Response invalid_client(bool basic, std::string_view description);

}  // namespace wick::oauth
