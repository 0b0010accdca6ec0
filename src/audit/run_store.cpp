#include "audit/run_store.h"

#include <algorithm>

namespace wick::run_store {
namespace {

constexpr int kUsageClients = 20;

#define WICK_RUN_COLUMNS                                                                          \
  "id, connector_id, operation, user_id, credential_id, credential_kind, source, status, error, " \
  "latency_ms, "                                                                                  \
  "http_status, ip, user_agent, client_name, client_version, trace_id, started_at, ended_at"

Run read(const SqlRow& row, bool payloads) {
  Run run;
  run.id = row.integer(0);
  run.connector_id = row.text(1);
  run.operation = row.text(2);
  run.user_id = row.text(3);
  run.credential_id = row.text(4);
  run.credential_kind = row.text(5);
  run.source = row.text(6);
  run.status = row.text(7);
  run.error = row.text(8);
  run.latency_ms = row.integer(9);
  run.http_status = int(row.integer(10));
  run.ip = row.text(11);
  run.user_agent = row.text(12);
  run.client_name = row.text(13);
  run.client_version = row.text(14);
  run.trace_id = row.text(15);
  run.started_at = row.integer(16);
  run.ended_at = row.integer(17);
  if (payloads) {
    if (!row.is_null(18)) run.request = row.text(18);
    if (!row.is_null(19)) run.response = row.text(19);
  }
  return run;
}

SqlParam optional_text(const std::optional<std::string>& text) {
  return text ? SqlParam(std::string_view(*text)) : SqlParam(nullptr);
}

// Adds to the item of that name, or appends it: the newest run comes first, so the order is by last use.
void count(std::vector<UsageItem>& items, std::string name, Micros at) {
  for (UsageItem& item : items) {
    if (item.name == name) {
      ++item.calls;
      return;
    }
  }
  if (items.size() < kUsageClients) items.push_back({std::move(name), 1, at});
}

}  // namespace

Result<void> insert(Transaction& tx, const Run& run) {
  auto done = tx.execute(
      "INSERT INTO connector_runs (" WICK_RUN_COLUMNS
      ", request, response) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
      {run.id,
       std::string_view(run.connector_id),
       std::string_view(run.operation),
       std::string_view(run.user_id),
       std::string_view(run.credential_id),
       std::string_view(run.credential_kind),
       std::string_view(run.source),
       std::string_view(run.status),
       std::string_view(run.error),
       run.latency_ms,
       std::int64_t(run.http_status),
       std::string_view(run.ip),
       std::string_view(run.user_agent),
       std::string_view(run.client_name),
       std::string_view(run.client_version),
       std::string_view(run.trace_id),
       run.started_at,
       run.ended_at,
       optional_text(run.request),
       optional_text(run.response)});
  if (!done) return fail(std::move(done.error()));
  return {};
}

Result<void> add_usage(Transaction& tx, const UsageDelta& delta) {
  for (const auto& [key, counts] : delta) {
    const auto& [credential, day, connector] = key;
    auto done = tx.execute(
        "INSERT INTO run_usage (credential_id, day, connector_id, calls, errors) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (credential_id, day, connector_id) DO UPDATE "
        "SET calls = run_usage.calls + excluded.calls, errors = run_usage.errors + excluded.errors",
        {std::string_view(credential), std::string_view(day), std::string_view(connector), counts.first,
         counts.second});
    if (!done) return fail(std::move(done.error()));
  }
  return {};
}

Result<std::int64_t> newest_id(Transaction& tx) {
  std::int64_t id = 0;
  auto done = tx.for_each("SELECT id FROM connector_runs ORDER BY id DESC LIMIT 1", {},
                          [&](const SqlRow& row) { id = row.integer(0); });
  if (!done) return fail(std::move(done.error()));
  return id;
}

Result<std::vector<Run>> search(Transaction& tx, const RunFilter& filter, bool payloads) {
  std::string sql = std::string("SELECT ") + WICK_RUN_COLUMNS + (payloads ? ", request, response" : "") +
                    " FROM connector_runs WHERE id < $1";
  std::vector<SqlParam> params{filter.before > 0 ? filter.before : INT64_MAX};
  const auto add = [&](const char* condition, SqlParam value) {
    params.push_back(value);
    sql += std::string(" AND ") + condition + "$" + std::to_string(params.size());
  };
  const std::pair<const char*, const std::string*> columns[] = {{"connector_id = ", &filter.connector_id},
                                                                {"user_id = ", &filter.user_id},
                                                                {"credential_id = ", &filter.credential_id},
                                                                {"operation = ", &filter.operation},
                                                                {"status = ", &filter.status},
                                                                {"source = ", &filter.source}};
  for (const auto& [condition, value] : columns) {
    if (!value->empty()) add(condition, std::string_view(*value));
  }
  // An id begins with the time of recording: a range of time is a range of the primary key.
  if (filter.from) add("id >= ", *filter.from << kRunIdCounterBits);
  if (filter.to) add("id < ", *filter.to << kRunIdCounterBits);
  add("1 = 1 ORDER BY id DESC LIMIT ", std::int64_t(std::clamp(filter.limit, 1, kMaxRunPage)));
  std::vector<Run> runs;
  auto done = tx.for_each(sql, params, [&](const SqlRow& row) { runs.push_back(read(row, payloads)); });
  if (!done) return fail(std::move(done.error()));
  return runs;
}

Result<Run> get(Transaction& tx, std::int64_t id) {
  std::optional<Run> run;
  auto done = tx.for_each("SELECT " WICK_RUN_COLUMNS ", request, response FROM connector_runs WHERE id = $1",
                          {id}, [&](const SqlRow& row) { run = read(row, true); });
  if (!done) return fail(std::move(done.error()));
  if (!run) return fail(ErrorCode::kNotFound, "There is no run with this id; its retention may have passed.");
  return std::move(*run);
}

Result<Usage> usage(Transaction& tx, const std::string& credential_id, const std::string& first_day) {
  Usage usage;
  const std::string_view id = credential_id;
  auto done = tx.for_each(
      "SELECT connector_id, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 "
      "GROUP BY connector_id ORDER BY SUM(calls) DESC",
      {id}, [&](const SqlRow& row) {
        usage.connectors.emplace_back(row.text(0), row.integer(1));
        usage.calls += row.integer(1);
        usage.errors += row.integer(2);
      });
  if (!done) return fail(std::move(done.error()));
  done = tx.for_each(
      "SELECT day, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 AND day >= $2 GROUP BY "
      "day ORDER BY day",
      {id, std::string_view(first_day)}, [&](const SqlRow& row) {
        usage.days.push_back({row.text(0), row.integer(1), row.integer(2)});
      });
  if (!done) return fail(std::move(done.error()));
  done = tx.for_each(
      "SELECT ip, client_name, user_agent, started_at FROM connector_runs WHERE credential_id = $1 ORDER BY "
      "id DESC LIMIT $2",
      {id, std::int64_t(kUsageSample)}, [&](const SqlRow& row) {
        count(usage.addresses, row.text(0), row.integer(3));
        count(usage.clients, row.text(row.bytes(1).empty() ? 2 : 1), row.integer(3));
      });
  if (!done) return fail(std::move(done.error()));
  return usage;
}

Result<std::vector<UsageDay>> days(Transaction& tx, const std::string& first_day) {
  std::vector<UsageDay> found;
  auto done = tx.for_each(
      "SELECT day, SUM(calls), SUM(errors) FROM run_usage WHERE day >= $1 GROUP BY day ORDER BY day",
      {std::string_view(first_day)}, [&](const SqlRow& row) {
        found.push_back({row.text(0), row.integer(1), row.integer(2)});
      });
  if (!done) return fail(std::move(done.error()));
  return found;
}

Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit) {
  return tx.execute(
      "UPDATE connector_runs SET request = NULL, response = NULL WHERE id IN "
      "(SELECT id FROM connector_runs WHERE id < $1 AND (request IS NOT NULL OR response IS NOT NULL) ORDER "
      "BY id DESC LIMIT $2)",
      {below_id, std::int64_t(limit)});
}

Result<std::int64_t> remove_rows(Transaction& tx, std::int64_t below_id, int limit) {
  return tx.execute(
      "DELETE FROM connector_runs WHERE id IN (SELECT id FROM connector_runs WHERE id < $1 ORDER BY id LIMIT "
      "$2)",
      {below_id, std::int64_t(limit)});
}

Result<void> remove_usage(Transaction& tx, const std::string& below_day) {
  auto done = tx.execute("DELETE FROM run_usage WHERE day < $1", {std::string_view(below_day)});
  if (!done) return fail(std::move(done.error()));
  return {};
}

}  // namespace wick::run_store
