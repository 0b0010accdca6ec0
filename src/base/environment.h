// The environment variables that this program was started with, kept out of sight of other processes.
//
// /proc/PID/environ shows the memory in which the kernel passed them, to every process of the same user: to
// the programs of connectors, too.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

namespace wick {

// Copies all variables to other memory and wipes the original. Those named `secret` are not variables any
// more, so that no child inherits them; only environment_variable() knows them. Once, first in main(): no
// other thread may run.
void hide_environment(std::initializer_list<const char*> secret);
// nullopt when it is not set. Thread-safe as long as nobody changes the environment.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace wick
