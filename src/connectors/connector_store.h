// The SQL of connectors: each function inside the caller's transaction.
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
// kNotFound when there is none.
Result<Row> get(Transaction& tx, const std::string& id);
Result<std::int64_t> remove(Transaction& tx, const std::string& id);
// Labels of all connectors but this one.
Result<std::vector<std::string>> other_labels(Transaction& tx, const std::string& id);
// Whether that changed anything.
Result<bool> set_tags(Transaction& tx, const std::string& id, const std::vector<std::string>& tags);

Result<void> set_enabled(Transaction& tx, const std::string& id, std::string_view key, bool enabled);
// What an admin has set; nullopt where that is left to the operation.
Result<std::optional<bool>> enabled(Transaction& tx, const std::string& id, std::string_view key);
Result<void> put_operation(Transaction& tx, const std::string& id, std::string_view key,
                           const std::string& definition);
Result<std::int64_t> remove_operation(Transaction& tx, const std::string& id, std::string_view key);
// The operation's definition; nullopt when there is none.
Result<std::optional<std::string>> operation_definition(Transaction& tx, const std::string& id,
                                                        std::string_view key);
Result<bool> has_operation(Transaction& tx, const std::string& id, std::string_view key);
Result<std::int64_t> count_operations(Transaction& tx, const std::string& id);
// The definitions of a connector's own operations, by key.
// In which order the connected system lists its operations, as a JSON array of keys. Whether that is another one than before.
Result<bool> set_order(Transaction& tx, const std::string& id, const std::string& keys);
Result<std::map<std::string, std::string>> definitions(Transaction& tx, const std::string& id);
// What the connected system offers otherwise than is accepted.
Result<Offered> offered(Transaction& tx, const std::string& id);
Result<void> set_offered(Transaction& tx, const std::string& id, const Offered& offered);
Result<void> copy_operations(Transaction& tx, const std::string& from, const std::string& to);

}  // namespace wick::connector_store
