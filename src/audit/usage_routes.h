// Usage for admins: calls, errors and latencies over time, and the usage of one user.
#pragma once

#include "api/api.h"

namespace wick {

class RunLog;
class UserService;

namespace api {

// All of it must outlive the routes.
struct UsageRouteServices {
  RunLog& runs;
  UserService& users;
};

void mount_usage(Api& api, const UsageRouteServices& services);

}  // namespace api
}  // namespace wick
