#include "audit/run_store.h"

#include <algorithm>

namespace wick::run_store {
namespace {

constexpr int kUsageClients = 20;
constexpr const char* kStatus = "status";
constexpr const char* kSource = "source";

// `sql` is a statement for run_usage with credential_id. The table of users has the same columns except that
// one.
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

// Errors: kInternal  the row has an unknown value
Result<Run> read(const SqlRow& row, bool payloads) {
  Run run;
  run.id = row.integer(0);
  run.connector_id = row.text(1);
  run.operation = row.text(2);
  run.user_id = row.text(3);
  run.credential_id = row.text(4);
  const auto kind = parse_credential_kind(row.bytes(5));
  const auto source = parse_run_source(row.bytes(6));
  const auto status = parse_run_status(row.bytes(7));
  if (!kind || !source || !status) {
    return fail(ErrorCode::kInternal,
                "The audit has a record that this version cannot read: its credential is \"" + row.text(5) +
                    "\", its source \"" + row.text(6) + "\", its status \"" + row.text(7) + "\".");
  }
  run.credential_kind = *kind;
  run.source = *source;
  run.status = *status;
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

// Adds to the item of that name, or appends it. The newest run comes first, so the order is that of last use.
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
       credential_kind_name(run.credential_kind),
       run_source_name(run.source),
       run_status_name(run.status),
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

// A query of connector_runs. The parameters borrow from the filter.
struct Query {
  std::string conditions;
  std::vector<SqlParam> params;

  void add(const char* condition, SqlParam value) {
    params.push_back(value);
    if (!conditions.empty()) conditions += " AND ";
    conditions += std::string(condition) + "$" + std::to_string(params.size());
  }
};

// One filter by the value of a column. The values borrow from the RunFilter.
struct Condition {
  const char* column;
  std::string_view value;
  bool is_common = false;  // only the rare values of the column are in an index
};

// The most selective filters first.
std::vector<Condition> conditions_of(const RunFilter& filter) {
  std::vector<Condition> conditions;
  if (filter.status) {
    conditions.push_back({kStatus, run_status_name(*filter.status), *filter.status == RunStatus::kOk});
  }
  if (filter.source) {
    conditions.push_back({kSource, run_source_name(*filter.source), *filter.source == RunSource::kMcp});
  }
  for (const auto& [column, value] :
       {std::pair("credential_id", &filter.credential_id), std::pair("user_id", &filter.user_id),
        std::pair("operation", &filter.operation), std::pair("connector_id", &filter.connector_id)}) {
    if (!value->empty()) conditions.push_back({column, *value});
  }
  return conditions;
}

// The rows of one index in its order. An id begins with the time of recording, so a range of time is a range of
// ids. It has a single upper bound, because SQLite uses only the first.
Query indexed_rows(const RunFilter& filter, const std::vector<Condition>& conditions,
                   const Condition*& used) {
  Query query;
  std::int64_t below = filter.before > 0 ? filter.before : INT64_MAX;
  if (filter.to) below = std::min(below, *filter.to << kRunIdCounterBits);
  query.add("id < ", below);
  if (filter.from) query.add("id >= ", *filter.from << kRunIdCounterBits);
  const auto found = std::find_if(conditions.begin(), conditions.end(),
                                  [](const Condition& condition) { return !condition.is_common; });
  used = found == conditions.end() ? nullptr : &*found;
  if (used == nullptr) return query;
  query.add((std::string(used->column) + " = ").c_str(), used->value);
  // The condition of the partial indexes, so that SQLite uses them.
  if (used->column == kStatus) {
    query.conditions += " AND status <> 'ok'";
    if (!filter.user_id.empty()) query.add("user_id = ", std::string_view(filter.user_id));
  }
  if (used->column == kSource) query.conditions += " AND source <> 'mcp'";
  return query;
}

}  // namespace

Result<SearchStep> search(Transaction& tx, const RunFilter& filter, int rows, bool payloads) {
  const std::vector<Condition> conditions = conditions_of(filter);
  const Condition* used = nullptr;
  const Query inner = indexed_rows(filter, conditions, used);
  Query query = inner;
  query.params.push_back(std::int64_t(rows));
  const std::string range = " FROM connector_runs WHERE " + inner.conditions + " ORDER BY id DESC LIMIT $" +
                            std::to_string(query.params.size());
  query.conditions.clear();
  for (const Condition& condition : conditions) {
    if (&condition != used) query.add((std::string(condition.column) + " = ").c_str(), condition.value);
  }
  if (filter.only_failed) query.add("status <> ", run_status_name(RunStatus::kOk));
  SearchStep step;
  const int limit = std::clamp(filter.limit, 1, kMaxRunPage);
  const std::string where = query.conditions.empty() ? "" : " WHERE " + query.conditions;
  query.params.push_back(std::int64_t(limit));
  const std::string columns = std::string(WICK_RUN_COLUMNS) + (payloads ? ", request, response" : "");
  Result<void> readable;
  // The inner query returns rows in the order of the index, and no more than the page needs.
  WICK_CHECK(tx.for_each("SELECT " + columns + " FROM (SELECT " + columns + range + ") AS ranged" + where +
                             " LIMIT $" + std::to_string(query.params.size()),
                         query.params, [&](const SqlRow& row) {
                           auto run = read(row, payloads);
                           if (run) {
                             step.runs.push_back(std::move(*run));
                           } else {
                             readable = fail(std::move(run.error()));
                           }
                         }));
  WICK_CHECK(readable);
  if (std::int64_t(step.runs.size()) >= limit) return step;
  std::vector<SqlParam> params = inner.params;
  params.push_back(std::int64_t(rows - 1));
  WICK_CHECK(tx.for_each("SELECT id FROM connector_runs WHERE " + inner.conditions +
                             " ORDER BY id DESC LIMIT 1 OFFSET $" + std::to_string(params.size()),
                         params, [&](const SqlRow& row) { step.last = row.integer(0); }));
  return step;
}

Result<Run> get(Transaction& tx, std::int64_t id) {
  Result<Run> run =
      fail(ErrorCode::kNotFound, "There is no run with this id; its retention may have passed.");
  WICK_CHECK(tx.for_each("SELECT " WICK_RUN_COLUMNS ", request, response FROM connector_runs WHERE id = $1",
                         {id}, [&](const SqlRow& row) { run = read(row, true); }));
  return run;
}

Result<Usage> usage(Transaction& tx, UsageOf whose, const std::string& holder, const std::string& first_day) {
  Usage usage;
  const std::string_view id = holder;
  WICK_CHECK(tx.for_each(
      about(whose,
            "SELECT connector_id, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 "
            "GROUP BY connector_id ORDER BY SUM(calls) DESC"),
      {id}, [&](const SqlRow& row) {
        usage.connectors.push_back({row.text(0), row.integer(1), row.integer(2)});
        usage.calls += row.integer(1);
        usage.errors += row.integer(2);
      }));
  WICK_CHECK(tx.for_each(
      about(whose,
            "SELECT day, SUM(calls), SUM(errors) FROM run_usage WHERE credential_id = $1 AND day >= $2 "
            "GROUP BY day ORDER BY day"),
      {id, std::string_view(first_day)}, [&](const SqlRow& row) {
        usage.days.push_back({row.text(0), row.integer(1), row.integer(2)});
      }));
  WICK_CHECK(tx.for_each(
      about(whose,
            "SELECT ip, client_name, user_agent, started_at FROM connector_runs WHERE credential_id = $1 "
            "ORDER BY id DESC LIMIT $2"),
      {id, std::int64_t(kUsageSample)}, [&](const SqlRow& row) {
        count(usage.addresses, row.text(0), row.integer(3));
        count(usage.clients, row.text(row.bytes(1).empty() ? 2 : 1), row.integer(3));
      }));
  return usage;
}

Result<std::vector<UsageDay>> days(Transaction& tx, const std::string& first_day) {
  std::vector<UsageDay> found;
  WICK_CHECK(tx.for_each(
      "SELECT day, SUM(calls), SUM(errors) FROM run_usage WHERE day >= $1 GROUP BY day ORDER BY day",
      {std::string_view(first_day)}, [&](const SqlRow& row) {
        found.push_back({row.text(0), row.integer(1), row.integer(2)});
      }));
  return found;
}

Result<std::int64_t> forget_payloads(Transaction& tx, std::int64_t below_id, int limit) {
  std::int64_t mark = 0, last = 0, visited = 0;
  WICK_CHECK(tx.for_each("SELECT value FROM run_state WHERE name = 'payloads_forgotten'", {},
                         [&](const SqlRow& row) { mark = row.integer(0); }));
  WICK_CHECK(tx.for_each("SELECT id FROM connector_runs WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3",
                         {mark, below_id, std::int64_t(limit)}, [&](const SqlRow& row) {
                           last = row.integer(0);
                           ++visited;
                         }));
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
