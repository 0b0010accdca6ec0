#include "audit/run.h"

namespace wick {
namespace {

// In the order of the enums.
constexpr std::string_view kStatuses[] = {"ok", "error", "denied", "rate_limited", "cancelled"};
constexpr std::string_view kSources[] = {"mcp", "test", "retry", "api"};

template <typename Enum, std::size_t N>
std::optional<Enum> parse(std::string_view text, const std::string_view (&names)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view run_status_name(RunStatus status) {
  return kStatuses[static_cast<std::size_t>(status)];
}
std::optional<RunStatus> parse_run_status(std::string_view text) {
  return parse<RunStatus>(text, kStatuses);
}
std::string_view run_source_name(RunSource source) {
  return kSources[static_cast<std::size_t>(source)];
}
std::optional<RunSource> parse_run_source(std::string_view text) {
  return parse<RunSource>(text, kSources);
}

}  // namespace wick
