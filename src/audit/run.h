// Run: one call, as `connector_runs` records it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/credential_kind.h"
#include "base/time.h"

namespace wick {

// The low bits of a run id, which distinguish ids of the same microsecond.
inline constexpr int kRunIdCounterBits = 10;

// How a call ended.
enum class RunStatus : unsigned char {
  kOk,
  kError,        // the operation failed
  kDenied,       // the user or the credential may not call it
  kRateLimited,  // the user had too many calls in progress
  kCancelled,    // the client cancelled it, or the credential or the access ended while it ran
};
// Where a call came from.
enum class RunSource : unsigned char {
  kMcp,    // the MCP endpoint
  kTest,   // a test run in the web app or on the command line
  kRetry,  // a repeated call from the history
  kApi,    // the REST API
};

// The spelling in the database and in the REST API: ok, error, denied, rate_limited, cancelled.
std::string_view run_status_name(RunStatus status);
std::optional<RunStatus> parse_run_status(std::string_view text);
// mcp, test, retry, api.
std::string_view run_source_name(RunSource source);
std::optional<RunSource> parse_run_source(std::string_view text);

struct Run {
  std::int64_t id = 0;       // assigned by RunLog: microseconds << kRunIdCounterBits, plus a counter
  std::string connector_id;  // empty if the call named no connector that the caller can see
  std::string operation;
  std::string user_id;
  std::string credential_id;  // id of the token, grant or session
  CredentialKind credential_kind = CredentialKind::kPat;
  RunSource source = RunSource::kMcp;
  std::optional<std::string> request;  // JSON; nullopt once the payload's retention has passed
  std::optional<std::string> response;
  RunStatus status = RunStatus::kOk;
  std::string error;
  std::int64_t latency_ms = 0;
  int http_status = 200;
  std::string ip;
  std::string user_agent;
  std::string client_name;  // the name that the MCP client reports
  std::string client_version;
  std::string trace_id;
  Micros started_at = 0;
  Micros ended_at = 0;
};

}  // namespace wick
