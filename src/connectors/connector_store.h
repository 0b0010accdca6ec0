// The SQL of connectors. Each function runs in the caller's transaction. The caller logs the change.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/snapshot.h"
#include "db/database.h"

namespace wick::connector_store {

struct Row {
  std::string id, kind, label, description, icon;
  std::string config, secrets;  // JSON objects; secrets: field → hex of the sealed value
  bool disabled = false;
  std::int64_t created_at = 0;
  bool operator==(const Row&) const = default;
};

Result<void> insert(Transaction& tx, const Row& row);
Result<void> update(Transaction& tx, const Row& row);
// Errors: kNotFound
Result<Row> get(Transaction& tx, const std::string& id);
Result<std::int64_t> remove(Transaction& tx, const std::string& id);
// The labels of all connectors but this one.
Result<std::vector<std::string>> other_labels(Transaction& tx, const std::string& id);
// Whether the tags have changed.
Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags);

Result<void> set_enabled(Transaction& tx, const std::string& id, std::string_view key, bool enabled);
// Whether an admin has turned the operation on or off; nullopt: no admin has.
Result<std::optional<bool>> enabled(Transaction& tx, const std::string& id, std::string_view key);
Result<void> put_operation(Transaction& tx, const std::string& id, std::string_view key,
                           const std::string& definition);
Result<std::int64_t> remove_operation(Transaction& tx, const std::string& id, std::string_view key);
// The operation's definition; nullopt when there is none.
Result<std::optional<std::string>> operation_definition(Transaction& tx, const std::string& id,
                                                        std::string_view key);
Result<bool> has_operation(Transaction& tx, const std::string& id, std::string_view key);
Result<std::int64_t> count_operations(Transaction& tx, const std::string& id);
// Stores the order in which the connected system lists its operations, as a JSON array of keys. Whether the order has changed.
Result<bool> set_order(Transaction& tx, const std::string& id, const std::string& keys);
// The definitions of a connector's own operations, by key.
Result<std::map<std::string, std::string>> definitions(Transaction& tx, const std::string& id);
// The offers of the connected system that differ from the accepted definitions.
Result<Offered> offered(Transaction& tx, const std::string& id);
Result<void> set_offered(Transaction& tx, const std::string& id, const Offered& offered);
Result<void> copy_operations(Transaction& tx, const std::string& from, const std::string& to);

}  // namespace wick::connector_store
