// The environment variables of this program, hidden from other processes.
//
// /proc/PID/environ shows the memory in which the kernel passed the variables. Every process of the same user
// can read it, including the programs of connectors.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

namespace wick {

// Copies all variables to other memory and wipes the original. The variables named in `secret` leave the
// environment: child processes do not inherit them, and only environment_variable() returns them. Call once, at
// the beginning of main(), while no other thread runs.
void hide_environment(std::initializer_list<const char*> secret);
// nullopt if the variable is not set. Thread-safe while nothing changes the environment.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace wick
