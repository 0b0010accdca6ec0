// The routes of personal access tokens: the owner's own, and everyone's for admins.
#pragma once

#include "api/api.h"
#include "base/time.h"

namespace wick {

class RunLog;
class TokenService;
namespace http {
class IdempotencyKeys;
}

namespace api {

// All of it must outlive the routes.
struct TokenRouteServices {
  TokenService& tokens;
  RunLog& runs;
  http::IdempotencyKeys& idempotency_keys;  // by user
  const Clock& clock;
};

void mount_tokens(Api& api, const TokenRouteServices& services);

}  // namespace api
}  // namespace wick
