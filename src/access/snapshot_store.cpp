#include "access/snapshot_store.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/text.h"

namespace wick::snapshot_store {
namespace {

using Connectors = absl::flat_hash_map<ConnectorId, std::shared_ptr<ConnectorEntry>>;

// Ids in our own database are well-formed; a row that is not is skipped, so it reaches nobody.
template <typename IdType>
bool read_id(const SqlRow& row, int column, IdType& out) {
  const auto id = IdType::parse(row.bytes(column));
  if (id) out = *id;
  return id.has_value();
}

bool flag(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

OperationEntry custom_operation(std::string key, const json::object& definition) {
  OperationEntry operation;
  const auto text = [&](std::string_view field) {
    const auto* value = definition.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  operation.name = text("name");
  operation.description = text("description");
  if (const auto* schema = definition.if_contains("input_schema"); schema != nullptr && schema->is_object()) {
    operation.input_schema = schema->get_object();
  }
  operation.read_only = flag(definition, "read_only");
  operation.destructive = flag(definition, "destructive");
  operation.idempotent = flag(definition, "idempotent");
  operation.enabled = !operation.destructive;
  operation.key = std::move(key);
  operation.definition = definition;
  return operation;
}

// The statement for every row, or for those whose `column` is `id`.
Result<void> select(Transaction& tx, std::string sql, const char* column, std::string_view id,
                    const char* order, const std::function<void(const SqlRow&)>& row) {
  if (id.empty()) return tx.for_each(sql + order, {}, row);
  return tx.for_each(sql + " WHERE " + column + " = $1" + order, {id}, row);
}

// All users, or the one of `id`.
Result<void> read_users(Transaction& tx, std::string_view id, AccessSnapshot& snapshot) {
  const auto add_user = [&](const SqlRow& row) {
    UserEntry user;
    const auto role = parse_role(row.bytes(3));
    const auto status = parse_status(row.bytes(4));
    if (!read_id(row, 0, user.id) || !role || !status) return;
    user.email = row.text(1);
    user.name = row.text(2);
    user.role = *role;
    user.status = *status;
    user.has_password = row.integer(5) != 0;
    snapshot.users.insert_or_assign(user.id, std::move(user));
  };
  const auto add_tag = [&](const SqlRow& row) {
    UserId user;
    TagId tag;
    if (!read_id(row, 0, user) || !read_id(row, 1, tag)) return;
    if (const auto found = snapshot.users.find(user); found != snapshot.users.end())
      found->second.tags.push_back(tag);
  };
  WICK_CHECK(select(tx, "SELECT id, email, name, role, status, password_hash IS NOT NULL FROM users", "id",
                    id, "", add_user));
  return select(tx, "SELECT user_id, tag_id FROM user_tags", "user_id", id, " ORDER BY user_id, tag_id",
                add_tag);
}

Result<void> read_rows(Transaction& tx, std::string_view id, const KindOperations& kinds, Connectors& out) {
  const auto add = [&](const SqlRow& row) {
    auto connector = std::make_shared<ConnectorEntry>();
    if (!read_id(row, 0, connector->id)) return;
    connector->kind = row.text(1);
    connector->label = row.text(2);
    connector->slug = slug(connector->label);
    connector->description = row.text(3);
    connector->icon = row.text(4);
    if (auto config = parse_trusted_json(row.bytes(5)); config.is_object())
      connector->config = config.get_object();
    connector->disabled = row.integer(6) != 0;
    if (auto sealed = parse_trusted_json(row.bytes(7)); sealed.is_object())
      connector->sealed_secrets = sealed.get_object();
    connector->operations = kinds(connector->kind);
    out.emplace(connector->id, std::move(connector));
  };
  return select(tx, "SELECT id, kind, label, description, icon, config, disabled, secrets FROM connectors",
                "id", id, "", add);
}

Result<void> read_operations(Transaction& tx, std::string_view id, Connectors& connectors) {
  const auto add = [&](const SqlRow& row) {
    ConnectorId owner;
    if (!read_id(row, 0, owner)) return;
    const auto found = connectors.find(owner);
    if (found == connectors.end()) return;
    auto& operations = found->second->operations;
    auto operation = std::find_if(operations.begin(), operations.end(),
                                  [&](const OperationEntry& entry) { return entry.key == row.bytes(1); });
    if (!row.is_null(3)) {
      const auto definition = parse_trusted_json(row.bytes(3));
      if (!definition.is_object()) return;
      operations.push_back(custom_operation(row.text(1), definition.get_object()));
      operation = operations.end() - 1;
    }
    if (operation != operations.end() && !row.is_null(2)) operation->enabled = row.integer(2) != 0;
  };
  return select(tx, "SELECT connector_id, key, enabled, definition FROM operations", "connector_id", id,
                " ORDER BY connector_id, key", add);
}

// Connected systems list their operations in an order of their own, which clients and models then see.
Result<void> read_orders(Transaction& tx, std::string_view id, Connectors& connectors) {
  const auto add = [&](const SqlRow& row) {
    ConnectorId owner;
    if (!read_id(row, 0, owner)) return;
    const auto found = connectors.find(owner);
    const auto keys = parse_trusted_json(row.bytes(1));
    if (found == connectors.end() || !keys.is_array()) return;
    std::map<std::string_view, std::size_t> places;
    for (const json::value& key : keys.get_array()) {
      if (key.is_string()) places.emplace(key.get_string(), places.size());
    }
    const auto place = [&](const OperationEntry& operation) {
      const auto known = places.find(operation.key);
      return known == places.end() ? places.size() : known->second;
    };
    std::stable_sort(found->second->operations.begin(), found->second->operations.end(),
                     [&](const OperationEntry& a, const OperationEntry& b) { return place(a) < place(b); });
  };
  return select(tx, "SELECT connector_id, keys FROM operation_orders", "connector_id", id, "", add);
}

// The tags of the connectors, and what their systems offer.
Result<void> read_details(Transaction& tx, std::string_view id, Connectors& connectors) {
  const auto add_tag = [&](const SqlRow& row) {
    ConnectorId owner;
    TagId tag;
    if (!read_id(row, 0, owner) || !read_id(row, 1, tag)) return;
    if (const auto found = connectors.find(owner); found != connectors.end())
      found->second->tags.push_back(tag);
  };
  const auto add_offer = [&](const SqlRow& row) {
    ConnectorId owner;
    if (!read_id(row, 0, owner)) return;
    const auto found = connectors.find(owner);
    if (found == connectors.end()) return;
    found->second->offered.emplace(row.text(1), row.is_null(2) ? std::nullopt : std::optional(row.text(2)));
  };
  WICK_CHECK(select(tx, "SELECT connector_id, tag_id FROM connector_tags", "connector_id", id,
                    " ORDER BY connector_id, tag_id", add_tag));
  return select(tx, "SELECT connector_id, key, definition FROM offered_operations", "connector_id", id, "",
                add_offer);
}

// `before`: the connector as the last snapshot had it; null: it is new.
void finish(ConnectorEntry& connector, const ConnectorEntry* before) {
  const bool holds = text_or_empty(connector.config, "changed_tools") == "hold";
  absl::flat_hash_map<std::string_view, const OperationEntry*> known;
  if (before != nullptr) {
    for (const OperationEntry& operation : before->operations) known.emplace(operation.key, &operation);
  }
  for (OperationEntry& operation : connector.operations) {
    const auto offer = connector.offered.find(operation.key);
    operation.held = holds && offer != connector.offered.end() && offer->second;
    operation.input_schema_text = to_json(operation.input_schema);
    const auto same = known.find(operation.key);
    if (same != known.end() && same->second->input_schema_text == operation.input_schema_text)
      operation.schema = same->second->schema;
  }
}

// All connectors, or the one of `id`, added to those of the snapshot. `before`: as finish() takes it.
Result<void> read_connectors(Transaction& tx, std::string_view id, const KindOperations& kinds,
                             AccessSnapshot& snapshot, const ConnectorEntry* before) {
  Connectors connectors;
  WICK_CHECK(read_rows(tx, id, kinds, connectors));
  WICK_CHECK(read_operations(tx, id, connectors));
  WICK_CHECK(read_orders(tx, id, connectors));
  WICK_CHECK(read_details(tx, id, connectors));
  for (auto& [ignored, connector] : connectors) {
    finish(*connector, before);
    snapshot.connectors.push_back(std::move(connector));
  }
  std::sort(snapshot.connectors.begin(), snapshot.connectors.end(),
            [](const auto& a, const auto& b) { return a->label < b->label; });
  return {};
}

}  // namespace

Result<void> load_tags(Transaction& tx, AccessSnapshot& snapshot) {
  snapshot.tags.clear();
  return tx.for_each("SELECT id, name, description, filter FROM tags", {}, [&](const SqlRow& row) {
    TagEntry tag;
    if (!read_id(row, 0, tag.id)) return;
    tag.name = row.text(1);
    tag.description = row.text(2);
    tag.filter = row.integer(3) != 0;
    snapshot.tags.emplace(tag.id, std::move(tag));
  });
}

Result<void> load_user(Transaction& tx, std::string_view id, AccessSnapshot& snapshot) {
  if (const auto parsed = UserId::parse(id)) snapshot.users.erase(*parsed);
  return id.empty() ? Result<void>() : read_users(tx, id, snapshot);
}

Result<void> load_connector(Transaction& tx, std::string_view id, const KindOperations& kinds,
                            AccessSnapshot& snapshot) {
  std::shared_ptr<const ConnectorEntry> before;
  if (const auto parsed = ConnectorId::parse(id)) {
    std::erase_if(snapshot.connectors, [&](const auto& one) {
      if (one->id != *parsed) return false;
      before = one;
      return true;
    });
  }
  return id.empty() ? Result<void>() : read_connectors(tx, id, kinds, snapshot, before.get());
}

Result<void> load_everything(Transaction& tx, const KindOperations& kinds, AccessSnapshot& snapshot) {
  WICK_CHECK(load_tags(tx, snapshot));
  WICK_CHECK(read_users(tx, "", snapshot));
  return read_connectors(tx, "", kinds, snapshot, nullptr);
}

}  // namespace wick::snapshot_store
