// RemoteServer: a Wick server, as the command line on a user's computer uses it.
//
// login() is device authorization (RFC 8628) with the built-in client `wick-cli`. access_token() refreshes under the lock
// of the store, so that several processes with one stored connection never use a refresh token twice: the second process
// finds the successor. Every address comes from the server's metadata and must be on the server itself, so that metadata
// cannot send tokens elsewhere. Functions block. Not thread-safe.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "cli_login/credential_store.h"
#include "http/client.h"

namespace wick::cli_login {

inline constexpr std::string_view kCommandLineClient = "wick-cli";
// A token that ends within this time is refreshed before its use.
inline constexpr std::chrono::seconds kRefreshMargin{60};

struct DevicePrompt {
  std::string verification_uri, verification_uri_complete, user_code;
  std::int64_t expires_in_seconds = 0;
};

// Checks the address, which is https, or http on loopback, and removes "/mcp" and slashes at the end. Errors: kInvalidArgument
Result<std::string> normal_server_url(std::string url);

class RemoteServer {
 public:
  RemoteServer(std::string url, CredentialStore& store, const Clock& clock, const std::string& ca_file = {});

  const std::string& url() const { return url_; }
  // Calls `prompt`, waits for the user's decision, and stores the connection. Returns a description of the place.
  // Errors: kForbidden  the user denied the request
  //         kTimeout    the user did not decide in time
  //         kUnavailable, kUpstream
  Result<std::string> login(bool read_only, Storage storage,
                            const std::function<void(const DevicePrompt&)>& prompt);
  // Returns a token that is valid for at least kRefreshMargin. WICK_TOKEN takes precedence over the stored connection.
  // Errors: kNotFound         there is no login to this server
  //         kUnauthenticated  the connection has ended; the user has to log in again
  //         kUnavailable
  Result<Secret> access_token();
  // GET /api/v1/whoami. Errors: those of access_token(), kUnauthenticated
  Result<boost::json::object> whoami();
  // Ends the connection at the server (RFC 7009) and removes it from the store.
  // Errors: kNotFound;  kUnavailable  the connection is removed here, but could not be ended at the server
  Result<void> logout();

 private:
  struct Endpoints {
    std::string token, device, revocation;
  };
  Result<http::ClientResponse> send(http::ClientRequest request);
  Result<boost::json::object> get(const std::string& address);
  Result<http::ClientResponse> post(
      const std::string& address, std::initializer_list<std::pair<std::string_view, std::string_view>> form);
  Result<Endpoints> discover();
  Result<StoredConnection> read_tokens(const http::ClientResponse& response);
  Result<StoredConnection> wait_for_decision(const Endpoints& endpoints, const Secret& device_code,
                                             std::int64_t interval, std::int64_t expires_in);
  Result<Secret> refresh(StoredConnection connection);
  Result<http::ClientResponse> revoke(const Endpoints& endpoints, const StoredConnection& connection);

  const std::string url_;
  CredentialStore& store_;
  const Clock& clock_;
  http::Client http_;
};

}  // namespace wick::cli_login
