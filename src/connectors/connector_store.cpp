#include "connectors/connector_store.h"

#include <set>

namespace wick::connector_store {
namespace {

Result<void> only_done(Result<std::int64_t> done) {
  if (!done) return fail(std::move(done.error()));
  return {};
}

}  // namespace

Result<void> insert(Transaction& tx, const Row& row) {
  return only_done(tx.execute(
      "INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {std::string_view(row.id), std::string_view(row.kind), std::string_view(row.label),
       std::string_view(row.description), std::string_view(row.icon), std::string_view(row.config),
       std::string_view(row.secrets), std::int64_t(row.disabled), row.created_at}));
}

Result<void> update(Transaction& tx, const Row& row) {
  return only_done(
      tx.execute("UPDATE connectors SET label = $2, description = $3, icon = $4, config = $5, secrets = $6, "
                 "disabled = $7 WHERE id = $1",
                 {std::string_view(row.id), std::string_view(row.label), std::string_view(row.description),
                  std::string_view(row.icon), std::string_view(row.config), std::string_view(row.secrets),
                  std::int64_t(row.disabled)}));
}

Result<Row> get(Transaction& tx, const std::string& id) {
  std::optional<Row> found;
  auto done = tx.for_each(
      "SELECT id, kind, label, description, icon, config, secrets, disabled, created_at FROM connectors "
      "WHERE id = $1",
      {std::string_view(id)}, [&](const SqlRow& row) {
        found = Row{row.text(0), row.text(1), row.text(2),         row.text(3),   row.text(4),
                    row.text(5), row.text(6), row.integer(7) != 0, row.integer(8)};
      });
  WICK_CHECK(done);
  if (!found) return fail(ErrorCode::kNotFound, "There is no connector with this id.");
  return std::move(*found);
}

Result<std::int64_t> remove(Transaction& tx, const std::string& id) {
  // The accounts that users have there go with the row; those servers are told (oauth_client/linked_accounts.h).
  auto noted = tx.execute(
      "INSERT INTO upstream_revocations (connector_id, user_id, connected_at, credential, attempts, due_at) "
      "SELECT connector_id, user_id, connected_at, credential, 0, 0 FROM upstream_accounts "
      "WHERE connector_id = $1 AND kind = 'oauth' AND credential IS NOT NULL ON CONFLICT DO NOTHING",
      {std::string_view(id)});
  if (!noted) return noted;
  return tx.execute("DELETE FROM connectors WHERE id = $1", {std::string_view(id)});
}

Result<std::vector<std::string>> other_labels(Transaction& tx, const std::string& id) {
  std::vector<std::string> labels;
  WICK_CHECK(tx.for_each("SELECT label FROM connectors WHERE id <> $1", {std::string_view(id)},
                         [&](const SqlRow& row) { labels.push_back(row.text(0)); }));
  return labels;
}

Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags) {
  std::set<std::string> before;
  WICK_CHECK(tx.for_each("SELECT tag_id FROM connector_tags WHERE connector_id = $1", {std::string_view(id)},
                         [&](const SqlRow& row) { before.insert(row.text(0)); }));
  const std::set<std::string> wanted(tags.begin(), tags.end());
  if (wanted == before) return false;
  WICK_CHECK(tx.execute("DELETE FROM connector_tags WHERE connector_id = $1", {std::string_view(id)}));
  for (const std::string& tag : wanted) {
    auto done = tx.execute("INSERT INTO connector_tags (connector_id, tag_id) VALUES ($1, $2)",
                           {std::string_view(id), std::string_view(tag)});
    if (done) continue;
    if (done.error().code == ErrorCode::kConflict)
      return fail(ErrorCode::kInvalidArgument, "There is no tag with the id " + tag + ".");
    return fail(std::move(done.error()));
  }
  return true;
}

Result<void> set_enabled(Transaction& tx, const std::string& id, std::string_view key, bool enabled) {
  return only_done(
      tx.execute("INSERT INTO operations (connector_id, key, enabled) VALUES ($1, $2, $3) "
                 "ON CONFLICT (connector_id, key) DO UPDATE SET enabled = excluded.enabled",
                 {std::string_view(id), key, std::int64_t(enabled)}));
}

Result<std::optional<bool>> enabled(Transaction& tx, const std::string& id, std::string_view key) {
  std::optional<bool> found;
  WICK_CHECK(tx.for_each(
      "SELECT enabled FROM operations WHERE connector_id = $1 AND key = $2 AND enabled IS NOT NULL",
      {std::string_view(id), key}, [&](const SqlRow& row) { found = row.integer(0) != 0; }));
  return found;
}

Result<void> put_operation(Transaction& tx, const std::string& id, std::string_view key,
                           const std::string& definition) {
  return only_done(
      tx.execute("INSERT INTO operations (connector_id, key, definition) VALUES ($1, $2, $3) "
                 "ON CONFLICT (connector_id, key) DO UPDATE SET definition = excluded.definition",
                 {std::string_view(id), key, std::string_view(definition)}));
}

Result<bool> set_order(Transaction& tx, const std::string& id, const std::string& keys) {
  WICK_TRY(
      changed,
      tx.execute(
          "INSERT INTO operation_orders (connector_id, keys) VALUES ($1, $2) ON CONFLICT (connector_id) DO "
          "UPDATE SET "
          "keys = excluded.keys WHERE operation_orders.keys <> excluded.keys",
          {std::string_view(id), std::string_view(keys)}));
  return changed > 0;
}

Result<std::int64_t> remove_operation(Transaction& tx, const std::string& id, std::string_view key) {
  return tx.execute("DELETE FROM operations WHERE connector_id = $1 AND key = $2 AND definition IS NOT NULL",
                    {std::string_view(id), key});
}

Result<std::optional<std::string>> operation_definition(Transaction& tx, const std::string& id,
                                                        std::string_view key) {
  std::optional<std::string> found;
  WICK_CHECK(tx.for_each(
      "SELECT definition FROM operations WHERE connector_id = $1 AND key = $2 AND definition IS NOT NULL",
      {std::string_view(id), key}, [&](const SqlRow& row) { found = row.text(0); }));
  return found;
}

Result<bool> has_operation(Transaction& tx, const std::string& id, std::string_view key) {
  bool found = false;
  WICK_CHECK(
      tx.for_each("SELECT 1 FROM operations WHERE connector_id = $1 AND key = $2 AND definition IS NOT NULL",
                  {std::string_view(id), key}, [&](const SqlRow&) { found = true; }));
  return found;
}

Result<std::int64_t> count_operations(Transaction& tx, const std::string& id) {
  std::int64_t total = 0;
  WICK_CHECK(tx.for_each("SELECT COUNT(*) FROM operations WHERE connector_id = $1", {std::string_view(id)},
                         [&](const SqlRow& row) { total = row.integer(0); }));
  return total;
}

Result<std::map<std::string, std::string>> definitions(Transaction& tx, const std::string& id) {
  std::map<std::string, std::string> out;
  WICK_CHECK(
      tx.for_each("SELECT key, definition FROM operations WHERE connector_id = $1 AND definition IS NOT NULL",
                  {std::string_view(id)}, [&](const SqlRow& row) { out.emplace(row.text(0), row.text(1)); }));
  return out;
}

Result<Offered> offered(Transaction& tx, const std::string& id) {
  Offered out;
  auto done =
      tx.for_each("SELECT key, definition FROM offered_operations WHERE connector_id = $1",
                  {std::string_view(id)}, [&](const SqlRow& row) {
                    out.emplace(row.text(0), row.is_null(1) ? std::nullopt : std::optional(row.text(1)));
                  });
  WICK_CHECK(done);
  return out;
}

Result<void> set_offered(Transaction& tx, const std::string& id, const Offered& offered) {
  auto done =
      only_done(tx.execute("DELETE FROM offered_operations WHERE connector_id = $1", {std::string_view(id)}));
  for (auto one = offered.begin(); done && one != offered.end(); ++one) {
    const SqlParam definition = one->second ? SqlParam(std::string_view(*one->second)) : SqlParam(nullptr);
    done = only_done(
        tx.execute("INSERT INTO offered_operations (connector_id, key, definition) VALUES ($1, $2, $3)",
                   {std::string_view(id), std::string_view(one->first), definition}));
  }
  return done;
}

Result<void> copy_operations(Transaction& tx, const std::string& from, const std::string& to) {
  auto ordered = only_done(tx.execute(
      "INSERT INTO operation_orders (connector_id, keys) SELECT $2, keys FROM operation_orders WHERE "
      "connector_id = $1",
      {std::string_view(from), std::string_view(to)}));
  if (!ordered) return ordered;
  return only_done(
      tx.execute("INSERT INTO operations (connector_id, key, enabled, definition) "
                 "SELECT $2, key, enabled, definition FROM operations WHERE connector_id = $1",
                 {std::string_view(from), std::string_view(to)}));
}

}  // namespace wick::connector_store
