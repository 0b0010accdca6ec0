// The routes of connectors: those that a member may use, with test runs; rows, operations and kinds for admins.
#pragma once

#include "api/api.h"

namespace wick {

class ConnectorService;
class KindRegistry;
class Runner;
class SessionService;
namespace upstream {
class AccountLinkingService;
}

namespace api {

// All of it must outlive the routes.
struct ConnectorRouteServices {
  const AccessStore& access;
  KindRegistry& kinds;
  ConnectorService& connectors;
  Runner& runner;
  SessionService& sessions;
  upstream::AccountLinkingService& accounts;
  Holders& holders;
  FairPool& pool;          // for blocking work that a coroutine needs
  bool commands_from_web;  // whether admins may set in the web app which programs this server starts
};

void mount_connectors(Api& api, const ConnectorRouteServices& services);
void mount_admin_connectors(Api& api, const ConnectorRouteServices& services);

}  // namespace api
}  // namespace wick
