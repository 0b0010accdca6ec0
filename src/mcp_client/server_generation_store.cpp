#include "mcp_client/server_generation_store.h"

namespace wick::upstream::generation_store {

Result<std::optional<Row>> find(Transaction& tx, std::string_view connector) {
  std::optional<Row> found;
  auto done = tx.for_each("SELECT target, uses_sse FROM upstream_eras WHERE connector_id = $1", {connector},
                          [&](const SqlRow& row) {
                            found = Row{row.text(0), row.integer(1) != 0};
                          });
  WICK_CHECK(done);
  return found;
}

Result<void> put(Transaction& tx, std::string_view connector, const Row& row) {
  WICK_CHECK(tx.execute(
      "INSERT INTO upstream_eras (connector_id, target, uses_sse) "
      "SELECT id, $2, $3 FROM connectors WHERE id = $1 "
      "ON CONFLICT (connector_id) DO UPDATE SET target = excluded.target, uses_sse = excluded.uses_sse",
      {connector, BlobView{row.target}, std::int64_t(row.uses_sse)}));
  return {};
}

Result<void> remove(Transaction& tx, std::string_view connector) {
  WICK_CHECK(tx.execute("DELETE FROM upstream_eras WHERE connector_id = $1", {connector}));
  return {};
}

}  // namespace wick::upstream::generation_store
