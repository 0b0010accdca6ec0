// The commands that act on a Wick server somewhere else, as a person: login, logout, whoami, access-token.
#pragma once

namespace CLI {
class App;
}

namespace wick {

// Adds them to the command line; `code` is the exit code once one has run. Both must outlive the parsing.
void add_remote_commands(CLI::App& app, int& code);

}  // namespace wick
