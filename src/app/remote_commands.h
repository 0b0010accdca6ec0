// The commands that use another Wick server as a signed-in user: login, logout, whoami, access-token.
#pragma once

namespace CLI {
class App;
}

namespace wick {

// Adds these commands to the command line. `code` is the exit code of the command that has run. Both arguments must outlive the parsing.
void add_remote_commands(CLI::App& app, int& code);

}  // namespace wick
