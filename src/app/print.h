// Prints an error on standard error: a sentence, or JSON for scripts.
#pragma once

#include "base/result.h"

namespace wick {

inline constexpr int kFailed = 1, kMisused = 2;

// The exit code that goes with it.
int print_error(bool as_json, const Error& error);

}  // namespace wick
