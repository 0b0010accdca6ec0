// AuthorizationService: authorization requests, from /oauth/authorize or a device's user code, until the user has decided.
//
// A valid request is stored for one session and one user, for kRequestAge. It can be read any number of times, and decided
// once, by a conditional DELETE. Thread-safe; all functions block.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "db/database.h"
#include "oauth/client_service.h"
#include "oauth/device_service.h"
#include "oauth/grant_service.h"

namespace wick {

inline constexpr std::chrono::minutes kRequestAge{15};
inline constexpr std::int64_t kMaxRequestsPerSession =
    50;  // that wait for a decision; the oldest are removed first

struct AuthorizationRequest {
  std::string client_id, redirect_uri, state, code_challenge, oauth_scope, resource;
  // Only set for a device's request, which has no redirect URI, state and challenge.
  std::string device, user_code, ip, user_agent;
};
// An error in the form of RFC 6749 §4.1.2.1.
struct AuthorizationError {
  std::string code, description;
};

class AuthorizationService {
 public:
  struct Dependencies {
    Database& db;
    ClientService& clients;
    GrantService& grants;
    DeviceService& devices;
    const Clock& clock;
    std::string issuer;
    std::string resource;
  };
  explicit AuthorizationService(Dependencies dependencies);

  // Parses the parameters. The caller has checked the client and the redirect URI.
  std::expected<AuthorizationRequest, AuthorizationError> read(
      const std::map<std::string, std::string, std::less<>>& parameters) const;
  // Parses scope and resource, for both kinds of requests. Sets the scope that is granted: the known scopes, or the default.
  std::expected<void, AuthorizationError> read_scope(AuthorizationRequest& request) const;
  // The resource name of the requested connector (tokens/resource.h); empty: the request is for all of /mcp.
  std::string connector_name(const AuthorizationRequest& request) const;
  // Finds that connector in `snapshot`. Errors: kNotFound  the user may use no such connector
  Result<const ConnectorEntry*> find_connector(const AuthorizationRequest& request, const UserId& user,
                                               const AccessSnapshot& snapshot) const;
  // Stores the request. Returns its id, for the address of the consent page.
  Result<Secret> keep(const AuthorizationRequest& request, const SessionId& session, const UserId& user);
  // Errors: kNotFound  unknown, decided, expired, or of another session or user
  Result<AuthorizationRequest> find(std::string_view id, const SessionId& session, const UserId& user);
  // Stores the request of the device that shows this code. Errors: kNotFound
  Result<Secret> keep_device(std::string_view user_code, const SessionId& session, const UserId& user);
  // Approve or deny the request, once. Return the address at which the browser continues. `scope` is the user's choice. A
  // client that requested mcp:read only gets the read-only operations of it in `snapshot`, and a client that requested one
  // connector gets only that connector.
  // Errors: kNotFound         as find(), as find_connector(), or the client was blocked meanwhile
  //         kInvalidArgument  the scope does not contain the requested connector; the request stays undecided
  Result<std::string> approve(std::string_view id, const SessionId& session, const UserId& user,
                              ScopePtr scope, const AccessSnapshot& snapshot);
  Result<std::string> deny(std::string_view id, const SessionId& session, const UserId& user);
  // The redirect URI with these parameters, `state` and `iss` (RFC 9207).
  std::string redirect(const AuthorizationRequest& request,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> parameters) const;
  Result<void> purge();

 private:
  Result<AuthorizationRequest> take(std::string_view id, const SessionId& session, const UserId& user);

  Database& db_;
  ClientService& clients_;
  GrantService& grants_;
  DeviceService& devices_;
  const Clock& clock_;
  const std::string issuer_, resource_;
};

}  // namespace wick
