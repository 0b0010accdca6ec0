// The routes of the history of calls and of the admin's dashboard.
#pragma once

#include "api/api.h"
#include "base/time.h"

namespace wick {

class ClientService;
class GrantService;
class RunLog;
class TokenService;

namespace api {

// All of it must outlive the routes.
struct RunRouteServices {
  RunLog& runs;
  TokenService& tokens;
  GrantService& grants;
  ClientService& clients;
  const Clock& clock;
};

void mount_runs(Api& api, const RunRouteServices& services);

}  // namespace api
}  // namespace wick
