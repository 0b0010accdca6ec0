// AuthorizationService: what a client asks of a user, at /oauth/authorize or by a device's code, until the
// user has decided.
//
// A request that was found right is kept as a transaction of one session and one user; it can be looked at
// any number of times and decided once, by a conditional DELETE, for kRequestAge. Thread-safe; all of it
// blocks.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "db/database.h"
#include "oauth/client_service.h"
#include "oauth/device_service.h"
#include "oauth/grant_service.h"

namespace wick {

inline constexpr Micros kRequestAge = 15 * 60 * kMicrosPerSecond;
inline constexpr std::int64_t kMaxRequestsPerSession = 50;  // that wait; the oldest go first

struct AuthorizationRequest {
  std::string client_id, redirect_uri, state, code_challenge, oauth_scope, resource;
  // Of a device's request, which has no redirect URI, state and challenge; else empty.
  std::string device, user_code, ip, user_agent;
};
// What is wrong, as RFC 6749 §4.1.2.1 names it.
struct AuthorizationError {
  std::string code, description;
};

class AuthorizationService {
 public:
  AuthorizationService(Database& db, ClientService& clients, GrantService& grants, DeviceService& devices,
                       const Clock& clock, std::string issuer, std::string resource);

  // The parameters besides client and redirect URI, which the caller has checked.
  std::expected<AuthorizationRequest, AuthorizationError> read(
      const std::map<std::string, std::string, std::less<>>& parameters) const;
  // What is asked for, as both ways in understand it: the scope in full, without what is unknown here; the
  // resource.
  std::expected<void, AuthorizationError> read_scope(AuthorizationRequest& request) const;
  // The name of the one connector that is asked for (tokens/resource.h); empty: for all of /mcp.
  std::string connector_name(const AuthorizationRequest& request) const;
  // That connector, of `snapshot`. Errors: kNotFound  it does not exist for this user
  Result<const ConnectorEntry*> find_connector(const AuthorizationRequest& request, const UserId& user,
                                               const AccessSnapshot& snapshot) const;
  // The request's id, for the consent page's address.
  Result<Secret> keep(const AuthorizationRequest& request, const SessionId& session, const UserId& user);
  // Errors: kNotFound  unknown, decided, expired, or of another session or user
  Result<AuthorizationRequest> find(std::string_view id, const SessionId& session, const UserId& user);
  // The request of the device that shows this code, kept. Errors: kNotFound
  Result<Secret> keep_device(std::string_view user_code, const SessionId& session, const UserId& user);
  // Decides, once; where to send the browser. `scope` is what the user chose; a client that asked only to
  // read gets the part of it that reads in `snapshot`, and one that asked for a connector the part that is
  // of it. Errors: kNotFound as above, also when the client was blocked meanwhile, or as find_connector();
  // kInvalidArgument  the scope has nothing of that connector: the request can still be decided
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
