// RemoteServer: a Wick server somewhere, as its user's command line talks to it.
//
// login() is device authorization (RFC 8628) as the built-in client `wick-cli`. access_token() refreshes
// under the store's lock, so that several processes on one stored connection never use a refresh token twice:
// who comes second finds the successor. Every address comes from the server's metadata and must be of the
// server itself, so that metadata cannot send tokens elsewhere. Blocks; one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "cli_login/credential_store.h"
#include "http/client.h"

namespace wick::cli_login {

inline constexpr std::string_view kCommandLineClient = "wick-cli";
inline constexpr int kRefreshEarlySeconds = 60;  // a token that ends sooner is refreshed first

struct DevicePrompt {
  std::string verification_uri, verification_uri_complete, user_code;
  std::int64_t expires_in_seconds = 0;
};

// https, or http on loopback; without "/mcp" and slashes at the end. Errors: kInvalidArgument
Result<std::string> normal_server_url(std::string url);

class RemoteServer {
 public:
  RemoteServer(std::string url, CredentialStore& store, const Clock& clock, const std::string& ca_file = {});

  const std::string& url() const { return url_; }
  // Shows the prompt, waits until the person has decided, and stores the connection; where it went, in words.
  // Errors: kForbidden  the person said no;  kTimeout  nobody decided;  kUnavailable, kUpstream
  Result<std::string> login(bool read_only, Storage storage,
                            const std::function<void(const DevicePrompt&)>& prompt);
  // One that is good for at least kRefreshEarlySeconds; WICK_TOKEN goes before the stored one.
  // Errors: kNotFound  not logged in;  kUnauthenticated  the connection has ended: log in again; kUnavailable
  Result<Secret> access_token();
  // GET /api/v1/whoami. Errors: those of access_token, kUnauthenticated
  Result<boost::json::object> whoami();
  // Ends the connection at the server (RFC 7009) and forgets it here. Errors: kNotFound;  kUnavailable  it is
  // forgotten here, but the server could not be told
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
