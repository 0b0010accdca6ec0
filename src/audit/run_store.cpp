#include "audit/run_store.h"

#include <algorithm>

namespace wick::run_store {
namespace {

constexpr int kUsageClients = 20;

// `sql` is about run_usage, by credential_id; the table of users has the same columns but that one.
std::string about(UsageOf whose, std::string sql) {
  if (whose == UsageOf::kCredential) return sql;
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = sql.find(from, at)) != std::string::npos; at += to.size())
      sql.replace(at, from.size(), to);
  };
  replace("run_usage", "user_usage");
  replace("credential_id", "user_id");
  return sql;
}

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
  WICK_CHECK(tx.execute(
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
       optional_text(run.response)}));
  return {};
}

Result<void> add_usage(Transaction& tx, UsageOf whose, const UsageDelta& delta) {
  const std::string sql = about(
      whose,
      "INSERT INTO run_usage (credential_id, day, connector_id, calls, errors) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT (credential_id, day, connector_id) DO UPDATE "
      "SET calls = run_usage.calls + excluded.calls, errors = run_usage.errors + excluded.errors");
  for (const auto& [key, counts] : delta) {
    const auto& [holder, day, connector] = key;
    WICK_CHECK(tx.execute(sql, {std::string_view(holder), std::string_view(day), std::string_view(connector),
                                counts.first, counts.second}));
  }
  return {};
}

Result<std::int64_t> newest_id(Transaction& tx) {
  std::int64_t id = 0;
  WICK_CHECK(tx.for_each("SELECT id FROM connector_runs ORDER BY id DESC LIMIT 1", {},
                         [&](const SqlRow& row) { id = row.integer(0); }));
  return id;
}

namespace {

// A query over connector_runs, whose parameters borrow from the filter.
struct Query {
  std::string conditions;
  std::vector<SqlParam> params;

  void add(const char* condition, SqlParam value) {
    params.push_back(value);
    if (!conditions.empty()) conditions += " AND ";
    conditions += std::string(condition) + "$" + std::to_string(params.size());
  }
};

struct Column {
  const char* name;
  const std::string RunFilter::*value;
};
// The likeliest to leave few rows first. Of status and source only the rare values are in an index.
constexpr Column kColumns[] = {{"status", &RunFilter::status},
                               {"source", &RunFilter::source},
                               {"credential_id", &RunFilter::credential_id},
                               {"user_id", &RunFilter::user_id},
                               {"operation", &RunFilter::operation},
                               {"connector_id", &RunFilter::connector_id}};

bool is_any_failure(const Column& column, const std::string& value) {
  return column.value == &RunFilter::status && value == kFailedRuns;
}

bool is_common(const Column& column, const std::string& value) {
  return (column.value == &RunFilter::status && value == "ok") ||
         (column.value == &RunFilter::source && value == "mcp");
}

// The rows that one index gives, in its order. An id begins with the time of recording, so a range of time is
// a range of ids; it has one upper bound, because SQLite uses only the first.
Query indexed_rows(const RunFilter& filter, const Column*& used) {
  Query query;
  std::int64_t below = filter.before > 0 ? filter.before : INT64_MAX;
  if (filter.to) below = std::min(below, *filter.to << kRunIdCounterBits);
  query.add("id < ", below);
  if (filter.from) query.add("id >= ", *filter.from << kRunIdCounterBits);
  used = nullptr;
  for (const Column& column : kColumns) {
    const std::string& value = filter.*column.value;
    if (value.empty() || is_common(column, value) || is_any_failure(column, value)) continue;
    used = &column;
    break;
  }
  if (used == nullptr) return query;
  query.add((std::string(used->name) + " = ").c_str(), std::string_view(filter.*used->value));
  // As the partial indices say it, so that they are used.
  if (used->value == &RunFilter::status) {
    query.conditions += " AND status <> 'ok'";
    if (!filter.user_id.empty()) query.add("user_id = ", std::string_view(filter.user_id));
  }
  if (used->value == &RunFilter::source) query.conditions += " AND source <> 'mcp'";
  return query;
}

}  // namespace

Result<SearchStep> search(Transaction& tx, const RunFilter& filter, int rows, bool payloads) {
  const Column* used = nullptr;
  const Query inner = indexed_rows(filter, used);
  Query query = inner;
  query.params.push_back(std::int64_t(rows));
  const std::string range = " FROM connector_runs WHERE " + inner.conditions + " ORDER BY id DESC LIMIT $" +
                            std::to_string(query.params.size());
  query.conditions.clear();
  for (const Column& column : kColumns) {
    const std::string& value = filter.*column.value;
    if (value.empty() || &column == used) continue;
    const bool any_failure = is_any_failure(column, value);
    query.add((std::string(column.name) + (any_failure ? " <> " : " = ")).c_str(),
              any_failure ? std::string_view("ok") : std::string_view(value));
  }
  SearchStep step;
  const int limit = std::clamp(filter.limit, 1, kMaxRunPage);
  const std::string where = query.conditions.empty() ? "" : " WHERE " + query.conditions;
  query.params.push_back(std::int64_t(limit));
  const std::string columns = std::string(WICK_RUN_COLUMNS) + (payloads ? ", request, response" : "");
  // The inner rows come in the order of the index, one by one, and no more of them than the page needs.
  auto done = tx.for_each("SELECT " + columns + " FROM (SELECT " + columns + range + ") AS ranged" + where +
                              " LIMIT $" + std::to_string(query.params.size()),
                          query.params, [&](const SqlRow& row) { step.runs.push_back(read(row, payloads)); });
  if (!done) return fail(std::move(done.error()));
  if (std::int64_t(step.runs.size()) >= limit) return step;
  std::vector<SqlParam> params = inner.params;
  params.push_back(std::int64_t(rows - 1));
  done = tx.for_each("SELECT id FROM connector_runs WHERE " + inner.conditions +
                         " ORDER BY id DESC LIMIT 1 OFFSET $" + std::to_string(params.size()),
                     params, [&](const SqlRow& row) { step.last = row.integer(0); });
  if (!done) return fail(std::move(done.error()));
  return step;
}

Result<Run> get(Transaction& tx, std::int64_t id) {
  std::optional<Run> run;
  WICK_CHECK(tx.for_each("SELECT " WICK_RUN_COLUMNS ", request, response FROM connector_runs WHERE id = $1",
                         {id}, [&](const SqlRow& row) { run = read(row, true); }));
  if (!run) return fail(ErrorCode::kNotFound, "There is no run with this id; its retention may have passed.");
  return std::move(*run);
}

Result<Usage> usage(Transaction& tx, UsageOf whose, const std::string& holder, const std::string& first_day) {
  Usage usage;
  const std::string_view id = holder;
  auto done = tx.for_each(
      about(whose,
            "SELECT connector_id, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 "
            "GROUP BY connector_id ORDER BY SUM(calls) DESC"),
      {id}, [&](const SqlRow& row) {
        usage.connectors.push_back({row.text(0), row.integer(1), row.integer(2)});
        usage.calls += row.integer(1);
        usage.errors += row.integer(2);
      });
  if (!done) return fail(std::move(done.error()));
  done = tx.for_each(
      about(whose,
            "SELECT day, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 AND day >= $2 "
            "GROUP BY day ORDER BY day"),
      {id, std::string_view(first_day)}, [&](const SqlRow& row) {
        usage.days.push_back({row.text(0), row.integer(1), row.integer(2)});
      });
  if (!done) return fail(std::move(done.error()));
  done = tx.for_each(
      about(whose,
            "SELECT ip, client_name, user_agent, started_at FROM connector_runs WHERE credential_id = $1 "
            "ORDER BY id DESC LIMIT $2"),
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
  WICK_CHECK(done);
  return found;
}

Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit) {
  std::int64_t mark = 0, last = 0, visited = 0;
  auto done = tx.for_each("SELECT value FROM run_state WHERE name = 'payloads_forgotten'", {},
                          [&](const SqlRow& row) { mark = row.integer(0); });
  if (!done) return fail(std::move(done.error()));
  done = tx.for_each("SELECT id FROM connector_runs WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3",
                     {mark, below_id, std::int64_t(limit)}, [&](const SqlRow& row) {
                       last = row.integer(0);
                       ++visited;
                     });
  if (!done) return fail(std::move(done.error()));
  if (visited == 0) return 0;
  WICK_CHECK(tx.execute(
      "UPDATE connector_runs SET request = NULL, response = NULL WHERE id > $1 AND id <= $2 AND (request IS "
      "NOT NULL OR response IS NOT NULL)",
      {mark, last}));
  WICK_CHECK(tx.execute(
      "INSERT INTO run_state (name, value) VALUES ('payloads_forgotten', $1) ON CONFLICT (name) DO UPDATE "
      "SET "
      "value = excluded.value",
      {last}));
  return visited;
}

Result<std::int64_t> remove_rows(Transaction& tx, std::int64_t below_id, int limit) {
  return tx.execute(
      "DELETE FROM connector_runs WHERE id IN (SELECT id FROM connector_runs WHERE id < $1 ORDER BY id LIMIT "
      "$2)",
      {below_id, std::int64_t(limit)});
}

Result<std::int64_t> remove_usage(Transaction& tx, UsageOf whose, const std::string& below_day, int limit) {
  return tx.execute(
      about(whose,
            "DELETE FROM run_usage WHERE (credential_id, day, connector_id) IN (SELECT credential_id, day, "
            "connector_id FROM run_usage WHERE day < $1 ORDER BY day LIMIT $2)"),
      {std::string_view(below_day), std::int64_t(limit)});
}

Result<void> probe(Transaction& tx, Micros now) {
  WICK_CHECK(tx.execute(
      "INSERT INTO run_state (name, value) VALUES ('probe', $1) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value",
      {now}));
  return {};
}

}  // namespace wick::run_store
