// Logging: one line per event on standard error, as text or as JSON lines. Never log a secret. Request targets
// are logged without their query. Thread-safe.
#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace wick {

// `format` is "text" or "json"; `level` is one of trace, debug, info, warn, error.
void configure_logging(std::string_view format, std::string_view level);

}  // namespace wick
