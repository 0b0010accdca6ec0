// `wick serve`: the server on an open instance, until a signal ends it.
#pragma once

#include <memory>

#include "app/instance.h"
#include "http/server.h"

namespace wick {

// Blocks until SIGINT or SIGTERM, then stops in order: no new connections, requests in progress finish, what
// is in memory is written. The stopped server is left in `server`: the caller destroys it after the instance,
// whose threads may still be posting to it. Errors: those of Server::start and ControlSocket::listen
Result<void> serve(Instance& instance, const Settings& settings, std::unique_ptr<http::Server>& server);

}  // namespace wick
