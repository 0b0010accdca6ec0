// The command line: flags into settings and commands, results and errors into text or JSON.
#pragma once

namespace wick {

// 0: done; 1: the command failed; 2: it was used wrongly. Errors go to standard error, in a sentence.
int run_command_line(int argc, char** argv);

}  // namespace wick
