// How the command line says what went wrong: a sentence, or JSON for scripts, on standard error.
#pragma once

#include "base/result.h"

namespace wick {

inline constexpr int kFailed = 1, kMisused = 2;

// The exit code that goes with it.
int print_error(bool as_json, const Error& error);

}  // namespace wick
