// The command line: flags into settings and commands, results and errors into text or JSON.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

namespace wick {

// Runs a command with its arguments (app/commands.h) and returns the exit code.
using CommandRunner = std::function<int(const std::string& name, const boost::json::object& arguments)>;

// Returns the exit code. 0: done; 1: the command failed; 2: it was used wrongly. Errors go to standard error, in a sentence.
// `runner` runs the commands that act on a data folder; empty: they run on the folder of --data, or in the server that
// holds it, and print their result.
int run_command_line(int argc, const char* const* argv, CommandRunner runner = {});

}  // namespace wick
