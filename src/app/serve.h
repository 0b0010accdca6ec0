// `wick serve`: the server on an open instance, until a signal ends it.
#pragma once

#include "app/instance.h"
#include "http/server.h"

namespace wick {

// Raises the limit of open files to what the settings need, or lowers the settings to what there is room for,
// with a warning. Before the instance is opened.
void fit_open_files(Settings& settings);

// Serves `socket`, which listens where the settings say. Blocks until SIGINT or SIGTERM, then stops in order: no new connections, requests in progress finish, what
// is in memory is written. The instance is stopped then. Errors: those of Server::start and
// ControlSocket::listen
Result<void> serve(Instance& instance, http::ListeningSocket socket, const Settings& settings);

}  // namespace wick
