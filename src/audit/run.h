// One call as `connector_runs` records it (U1). Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace wick {

// The low bits of a run id, which keep ids of one microsecond apart.
inline constexpr int kRunIdCounterBits = 10;

struct Run {
  std::int64_t id = 0;       // given by RunLog: microseconds << kRunIdCounterBits, and a counter
  std::string connector_id;  // empty when the call named no connector that exists for the caller
  std::string operation;
  std::string user_id;
  std::string credential_id;           // of the token, grant or session
  std::string credential_kind;         // pat, oauth, session
  std::string source;                  // mcp, test, retry, api
  std::optional<std::string> request;  // JSON; nullopt once the payload's retention has passed
  std::optional<std::string> response;
  std::string status;  // ok, error, denied, rate_limited, cancelled
  std::string error;
  std::int64_t latency_ms = 0;
  int http_status = 200;
  std::string ip;
  std::string user_agent;
  std::string client_name;  // as the MCP client names itself
  std::string client_version;
  std::string trace_id;
  Micros started_at = 0;
  Micros ended_at = 0;
};

}  // namespace wick
