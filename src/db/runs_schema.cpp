#include "db/schema.h"

namespace wick {
namespace {

constexpr Migration kRuns[] = {{1, "connector_runs, run_usage", R"sql(
-- id grows with time, so that a page of the newest is a walk backwards on an index.
CREATE TABLE connector_runs (
  id INTEGER PRIMARY KEY,
  connector_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  user_id TEXT NOT NULL,
  credential_id TEXT NOT NULL,
  credential_kind TEXT NOT NULL,
  source TEXT NOT NULL,
  request TEXT,
  response TEXT,
  status TEXT NOT NULL,
  error TEXT NOT NULL,
  latency_ms BIGINT NOT NULL,
  http_status BIGINT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  client_name TEXT NOT NULL,
  client_version TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL
);
CREATE INDEX connector_runs_connector ON connector_runs (connector_id, id);
CREATE INDEX connector_runs_user ON connector_runs (user_id, id);
CREATE INDEX connector_runs_credential ON connector_runs (credential_id, id);
-- Counted in the transaction that inserts the runs, so that no page has to count millions of rows.
CREATE TABLE run_usage (
  credential_id TEXT NOT NULL,
  day TEXT NOT NULL,
  connector_id TEXT NOT NULL,
  calls BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  PRIMARY KEY (credential_id, day, connector_id)
);
CREATE INDEX run_usage_day ON run_usage (day);
)sql"},
                               {2, "indices of history's filters; state of the audit", R"sql(
-- What is rare is found without walking over the rest: what did not end well, what did not come by MCP.
CREATE INDEX connector_runs_status ON connector_runs (status, id) WHERE status <> 'ok';
CREATE INDEX connector_runs_user_status ON connector_runs (user_id, status, id) WHERE status <> 'ok';
CREATE INDEX connector_runs_source ON connector_runs (source, id) WHERE source <> 'mcp';
CREATE INDEX connector_runs_operation ON connector_runs (operation, id);
-- payloads_forgotten: ids up to this one hold no payload any more, so that no row is visited twice.
-- probe: written to see whether a record can be.
CREATE TABLE run_state (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
)sql"},
                               {3, "usage by user", R"sql(
-- As run_usage. A user's page counts no runs by it, and calls of browser sessions stay in it when those are gone.
CREATE TABLE user_usage (
  user_id TEXT NOT NULL,
  day TEXT NOT NULL,
  connector_id TEXT NOT NULL,
  calls BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  PRIMARY KEY (user_id, day, connector_id)
);
CREATE INDEX user_usage_day ON user_usage (day);
-- One run of a credential says whose it is (by connector_runs_credential), so that no other run is read.
INSERT INTO user_usage (user_id, day, connector_id, calls, errors)
SELECT owners.user_id, used.day, used.connector_id, SUM(used.calls), SUM(used.errors)
FROM run_usage used JOIN (
  SELECT credential_id, (
    SELECT user_id FROM connector_runs WHERE connector_runs.credential_id = known.credential_id LIMIT 1
  ) AS user_id
  FROM (SELECT DISTINCT credential_id FROM run_usage) AS known
) AS owners ON owners.credential_id = used.credential_id
WHERE owners.user_id IS NOT NULL
GROUP BY owners.user_id, used.day, used.connector_id;
)sql"},
                               {4, "calls, errors and latencies by hour and day of each connector", R"sql(
-- Counted in the transaction that inserts the runs. start: microseconds since 1970, UTC. b0, b1, …: how many calls took how
-- long, see audit/latency_histogram.h. So a percentile over months reads a row for each day and connector.
CREATE TABLE run_periods (
  grain TEXT NOT NULL,
  start BIGINT NOT NULL,
  connector_id TEXT NOT NULL,
  calls BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  b0 BIGINT NOT NULL DEFAULT 0, b1 BIGINT NOT NULL DEFAULT 0, b2 BIGINT NOT NULL DEFAULT 0,
  b3 BIGINT NOT NULL DEFAULT 0, b4 BIGINT NOT NULL DEFAULT 0, b5 BIGINT NOT NULL DEFAULT 0,
  b6 BIGINT NOT NULL DEFAULT 0, b7 BIGINT NOT NULL DEFAULT 0, b8 BIGINT NOT NULL DEFAULT 0,
  b9 BIGINT NOT NULL DEFAULT 0, b10 BIGINT NOT NULL DEFAULT 0, b11 BIGINT NOT NULL DEFAULT 0,
  b12 BIGINT NOT NULL DEFAULT 0, b13 BIGINT NOT NULL DEFAULT 0, b14 BIGINT NOT NULL DEFAULT 0,
  b15 BIGINT NOT NULL DEFAULT 0, b16 BIGINT NOT NULL DEFAULT 0, b17 BIGINT NOT NULL DEFAULT 0,
  b18 BIGINT NOT NULL DEFAULT 0, b19 BIGINT NOT NULL DEFAULT 0, b20 BIGINT NOT NULL DEFAULT 0,
  b21 BIGINT NOT NULL DEFAULT 0, b22 BIGINT NOT NULL DEFAULT 0, b23 BIGINT NOT NULL DEFAULT 0,
  b24 BIGINT NOT NULL DEFAULT 0, b25 BIGINT NOT NULL DEFAULT 0, b26 BIGINT NOT NULL DEFAULT 0,
  b27 BIGINT NOT NULL DEFAULT 0, b28 BIGINT NOT NULL DEFAULT 0, b29 BIGINT NOT NULL DEFAULT 0,
  b30 BIGINT NOT NULL DEFAULT 0, b31 BIGINT NOT NULL DEFAULT 0, b32 BIGINT NOT NULL DEFAULT 0,
  b33 BIGINT NOT NULL DEFAULT 0, b34 BIGINT NOT NULL DEFAULT 0, b35 BIGINT NOT NULL DEFAULT 0,
  b36 BIGINT NOT NULL DEFAULT 0, b37 BIGINT NOT NULL DEFAULT 0, b38 BIGINT NOT NULL DEFAULT 0,
  b39 BIGINT NOT NULL DEFAULT 0, b40 BIGINT NOT NULL DEFAULT 0, b41 BIGINT NOT NULL DEFAULT 0,
  b42 BIGINT NOT NULL DEFAULT 0, b43 BIGINT NOT NULL DEFAULT 0, b44 BIGINT NOT NULL DEFAULT 0,
  b45 BIGINT NOT NULL DEFAULT 0, b46 BIGINT NOT NULL DEFAULT 0, b47 BIGINT NOT NULL DEFAULT 0,
  b48 BIGINT NOT NULL DEFAULT 0, b49 BIGINT NOT NULL DEFAULT 0, b50 BIGINT NOT NULL DEFAULT 0,
  b51 BIGINT NOT NULL DEFAULT 0, b52 BIGINT NOT NULL DEFAULT 0, b53 BIGINT NOT NULL DEFAULT 0,
  b54 BIGINT NOT NULL DEFAULT 0, b55 BIGINT NOT NULL DEFAULT 0, b56 BIGINT NOT NULL DEFAULT 0,
  b57 BIGINT NOT NULL DEFAULT 0, b58 BIGINT NOT NULL DEFAULT 0, b59 BIGINT NOT NULL DEFAULT 0,
  b60 BIGINT NOT NULL DEFAULT 0, b61 BIGINT NOT NULL DEFAULT 0, b62 BIGINT NOT NULL DEFAULT 0,
  b63 BIGINT NOT NULL DEFAULT 0, b64 BIGINT NOT NULL DEFAULT 0, b65 BIGINT NOT NULL DEFAULT 0,
  b66 BIGINT NOT NULL DEFAULT 0, b67 BIGINT NOT NULL DEFAULT 0, b68 BIGINT NOT NULL DEFAULT 0,
  b69 BIGINT NOT NULL DEFAULT 0, b70 BIGINT NOT NULL DEFAULT 0, b71 BIGINT NOT NULL DEFAULT 0,
  b72 BIGINT NOT NULL DEFAULT 0, b73 BIGINT NOT NULL DEFAULT 0, b74 BIGINT NOT NULL DEFAULT 0,
  b75 BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (grain, start, connector_id)
);
CREATE INDEX run_periods_connector ON run_periods (connector_id, grain, start);
-- Of the days before this there are no latencies.
INSERT INTO run_periods (grain, start, connector_id, calls, errors)
SELECT 'day', CAST(strftime('%s', day) AS INTEGER) * 1000000, connector_id, SUM(calls), SUM(errors)
FROM run_usage GROUP BY day, connector_id;
)sql"}};

}  // namespace

std::span<const Migration> runs_migrations() {
  return kRuns;
}

}  // namespace wick
