// The routes of a user's own account at a connected server.
#pragma once

#include <string>

#include "api/api.h"

namespace wick {

class SessionService;
namespace upstream {
class AccountLinkingService;
}

namespace api {

// All of it must outlive the routes.
struct ConnectorAccountRouteServices {
  upstream::AccountLinkingService& accounts;
  SessionService& sessions;
  const http::OriginPolicy& origins;
  FairPool& pool;                 // for blocking work that a coroutine needs
  const std::string& public_url;  // scheme, host and port, no slash at the end
};

void mount_connector_accounts(Api& api, const ConnectorAccountRouteServices& services);

// none, oauth, key: the account that each user needs of its own.
const char* account_kind_name(const ConnectorEntry& connector);

}  // namespace api
}  // namespace wick
