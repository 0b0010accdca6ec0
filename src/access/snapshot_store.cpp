#include "access/snapshot_store.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace wick::snapshot_store {
namespace {

// A connector while its rows are read.
struct Draft {
  struct Operation {
    std::shared_ptr<const OperationEntry> entry;  // shared with the last snapshot where it is the same
    bool enabled = true;
  };
  std::shared_ptr<ConnectorEntry> connector;
  std::shared_ptr<const ConnectorEntry> before;  // as the last snapshot has it; null: the connector is new
  std::vector<Operation> operations;
  absl::flat_hash_map<std::string, std::size_t> places;  // of the operations, by key

  void add(Operation operation) {
    places.emplace(operation.entry->key, operations.size());
    operations.push_back(std::move(operation));
  }
};
using Drafts = absl::flat_hash_map<ConnectorId, Draft>;

// Ids in our own database are well-formed; a row that is not is skipped, so it reaches nobody.
template <typename IdType>
bool read_id(const SqlRow& row, int column, IdType& out) {
  const auto id = IdType::parse(row.bytes(column));
  if (id) out = *id;
  return id.has_value();
}

// The draft to which a row belongs, by the id in its first column. Null when there is none.
Draft* owner_of(const SqlRow& row, Drafts& drafts) {
  ConnectorId owner;
  if (!read_id(row, 0, owner)) return nullptr;
  const auto found = drafts.find(owner);
  return found == drafts.end() ? nullptr : &found->second;
}

bool flag(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

OperationEntry described_operation(std::string key, const json::object& definition) {
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

// Runs the statement for every row, or for those whose `column` is `id`.
Result<void> select(Transaction& tx, std::string sql, const char* column, std::string_view id,
                    const char* order, const std::function<void(const SqlRow&)>& row) {
  if (id.empty()) return tx.for_each(sql + order, {}, row);
  return tx.for_each(sql + " WHERE " + column + " = $1" + order, {id}, row);
}

// Reads all users, or the one of `id`.
Result<std::vector<UserEntry>> read_users(Transaction& tx, std::string_view id) {
  std::vector<UserEntry> users;
  absl::flat_hash_map<UserId, std::size_t> places;
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
    places.emplace(user.id, users.size());
    users.push_back(std::move(user));
  };
  const auto add_tag = [&](const SqlRow& row) {
    UserId user;
    TagId tag;
    if (!read_id(row, 0, user) || !read_id(row, 1, tag)) return;
    if (const auto found = places.find(user); found != places.end()) users[found->second].tags.push_back(tag);
  };
  WICK_CHECK(select(tx, "SELECT id, email, name, role, status, password_hash IS NOT NULL FROM users", "id",
                    id, "", add_user));
  WICK_CHECK(select(tx, "SELECT user_id, tag_id FROM user_tags", "user_id", id, " ORDER BY user_id, tag_id",
                    add_tag));
  return users;
}

// Reads all tags, or the one of `id`.
Result<std::vector<TagEntry>> read_tags(Transaction& tx, std::string_view id) {
  std::vector<TagEntry> tags;
  WICK_CHECK(
      select(tx, "SELECT id, name, description, filter FROM tags", "id", id, "", [&](const SqlRow& row) {
        TagEntry tag;
        if (!read_id(row, 0, tag.id)) return;
        tag.name = row.text(1);
        tag.description = row.text(2);
        tag.filter = row.integer(3) != 0;
        tags.push_back(std::move(tag));
      }));
  return tags;
}

// An operation that the kind defines.
Draft::Operation built_in(OperationEntry operation, const ConnectorEntry* before) {
  const bool enabled = operation.enabled;
  if (before != nullptr) {
    auto known = before->operations.find_shared(operation.key);
    if (known != nullptr && !known->definition_digest && known->input_schema == operation.input_schema)
      return {std::move(known), enabled};
  }
  operation.input_schema_text = to_json(operation.input_schema);
  return {std::make_shared<const OperationEntry>(std::move(operation)), enabled};
}

// An operation that an admin or the connected system has defined. A definition that the last snapshot has is not read again.
// A null entry: the definition cannot be read.
Draft::Operation defined(const SqlRow& row, const ConnectorEntry* before) {
  const std::string_view text = row.bytes(3);
  const Sha256Digest digest = sha256(text);
  auto known = before == nullptr ? nullptr : before->operations.find_shared(row.bytes(1));
  if (known != nullptr && known->definition_digest == digest) {
    const bool enabled = !known->destructive;
    return {std::move(known), enabled};
  }
  const auto definition = parse_trusted_json(text);
  if (!definition.is_object()) return {};
  OperationEntry operation = described_operation(row.text(1), definition.get_object());
  operation.definition_digest = digest;
  operation.input_schema_text = to_json(operation.input_schema);
  if (known != nullptr && known->input_schema_text == operation.input_schema_text)
    operation.schema = known->schema;
  const bool enabled = operation.enabled;
  return {std::make_shared<const OperationEntry>(std::move(operation)), enabled};
}

// `before`: the connector of `id` in the last snapshot, if there is one.
Result<void> read_rows(Transaction& tx, std::string_view id, const KindOperations& kinds,
                       const std::shared_ptr<const ConnectorEntry>& before, Drafts& drafts) {
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
    if (before != nullptr && before->sealed_secrets == connector->sealed_secrets)
      connector->opened_secrets = before->opened_secrets;
    Draft draft;
    draft.before = before;
    for (OperationEntry& operation : kinds(connector->kind))
      draft.add(built_in(std::move(operation), before.get()));
    draft.connector = std::move(connector);
    drafts.emplace(draft.connector->id, std::move(draft));
  };
  return select(tx, "SELECT id, kind, label, description, icon, config, disabled, secrets FROM connectors",
                "id", id, "", add);
}

Result<void> read_operations(Transaction& tx, std::string_view id, Drafts& drafts) {
  const auto add = [&](const SqlRow& row) {
    Draft* draft = owner_of(row, drafts);
    if (draft == nullptr) return;
    const std::string key = row.text(1);
    if (!row.is_null(3) && !draft->places.contains(key)) {
      Draft::Operation operation = defined(row, draft->before.get());
      if (operation.entry == nullptr) return;
      draft->add(std::move(operation));
    }
    const auto place = draft->places.find(key);
    if (place != draft->places.end() && !row.is_null(2))
      draft->operations[place->second].enabled = row.integer(2) != 0;
  };
  return select(tx, "SELECT connector_id, key, enabled, definition FROM operations", "connector_id", id,
                " ORDER BY connector_id, key", add);
}

// Connected systems list their operations in an order of their own. Clients and models see the operations in that order.
Result<void> read_orders(Transaction& tx, std::string_view id, Drafts& drafts) {
  const auto add = [&](const SqlRow& row) {
    Draft* draft = owner_of(row, drafts);
    const auto keys = parse_trusted_json(row.bytes(1));
    if (draft == nullptr || !keys.is_array()) return;
    absl::flat_hash_map<std::string_view, std::size_t> places;
    for (const json::value& key : keys.get_array()) {
      if (key.is_string()) places.emplace(key.get_string(), places.size());
    }
    const auto place = [&](const Draft::Operation& operation) {
      const auto known = places.find(operation.entry->key);
      return known == places.end() ? places.size() : known->second;
    };
    std::stable_sort(draft->operations.begin(), draft->operations.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
  };
  return select(tx, "SELECT connector_id, keys FROM operation_orders", "connector_id", id, "", add);
}

Result<void> read_connector_tags(Transaction& tx, std::string_view id, Drafts& drafts) {
  const auto add = [&](const SqlRow& row) {
    TagId tag;
    Draft* draft = owner_of(row, drafts);
    if (draft != nullptr && read_id(row, 1, tag)) draft->connector->tags.push_back(tag);
  };
  return select(tx, "SELECT connector_id, tag_id FROM connector_tags", "connector_id", id,
                " ORDER BY connector_id, tag_id", add);
}

Result<void> read_offered(Transaction& tx, std::string_view id, Drafts& drafts) {
  const auto add = [&](const SqlRow& row) {
    Draft* draft = owner_of(row, drafts);
    if (draft == nullptr) return;
    draft->connector->offered.emplace(row.text(1),
                                      row.is_null(2) ? std::nullopt : std::optional(row.text(2)));
  };
  return select(tx, "SELECT connector_id, key, definition FROM offered_operations", "connector_id", id, "",
                add);
}

// The operation as it is enabled and held now.
std::shared_ptr<const OperationEntry> with_state(const Draft::Operation& operation, bool held) {
  if (operation.entry->enabled == operation.enabled && operation.entry->held == held) return operation.entry;
  auto changed = std::make_shared<OperationEntry>(*operation.entry);
  changed->enabled = operation.enabled;
  changed->held = held;
  return changed;
}

std::shared_ptr<const ConnectorEntry> finish(Draft& draft) {
  const bool holds = text_or_empty(draft.connector->config, "changed_tools") == "hold";
  std::vector<OperationList::Pointer> operations;
  operations.reserve(draft.operations.size());
  for (const Draft::Operation& operation : draft.operations) {
    const auto offer = draft.connector->offered.find(operation.entry->key);
    const bool held = holds && offer != draft.connector->offered.end() && offer->second;
    operations.push_back(with_state(operation, held));
  }
  draft.connector->operations = OperationList(std::move(operations));
  return std::move(draft.connector);
}

// Reads all connectors, or the one of `id`. `before`: as read_rows() takes it.
Result<std::vector<ConnectorTable::Pointer>> read_connectors(
    Transaction& tx, std::string_view id, const KindOperations& kinds,
    const std::shared_ptr<const ConnectorEntry>& before) {
  Drafts drafts;
  WICK_CHECK(read_rows(tx, id, kinds, before, drafts));
  WICK_CHECK(read_operations(tx, id, drafts));
  WICK_CHECK(read_orders(tx, id, drafts));
  WICK_CHECK(read_connector_tags(tx, id, drafts));
  WICK_CHECK(read_offered(tx, id, drafts));
  std::vector<ConnectorTable::Pointer> connectors;
  connectors.reserve(drafts.size());
  for (auto& [ignored, draft] : drafts) connectors.push_back(finish(draft));
  return connectors;
}

}  // namespace

Result<void> load_user(Transaction& tx, std::string_view id, AccessSnapshot& snapshot) {
  const auto parsed = UserId::parse(id);
  if (!parsed) return {};  // such a row reaches nobody
  WICK_TRY(users, read_users(tx, id));
  if (users.empty()) {
    snapshot.users.erase(*parsed);
  } else {
    snapshot.users.put(std::move(users.front()));
  }
  return {};
}

Result<void> load_tag(Transaction& tx, std::string_view id, AccessSnapshot& snapshot) {
  const auto parsed = TagId::parse(id);
  if (!parsed) return {};
  WICK_TRY(tags, read_tags(tx, id));
  if (tags.empty()) {
    snapshot.tags.erase(*parsed);
  } else {
    snapshot.tags.put(std::move(tags.front()));
  }
  return {};
}

Result<void> load_connector(Transaction& tx, std::string_view id, const KindOperations& kinds,
                            AccessSnapshot& snapshot) {
  const auto parsed = ConnectorId::parse(id);
  if (!parsed) return {};
  WICK_TRY(connectors, read_connectors(tx, id, kinds, snapshot.connectors.find(*parsed)));
  if (connectors.empty()) {
    snapshot.connectors.erase(*parsed);
  } else {
    snapshot.connectors.put(std::move(connectors.front()));
  }
  return {};
}

Result<void> load_everything(Transaction& tx, const KindOperations& kinds, AccessSnapshot& snapshot) {
  WICK_TRY(tags, read_tags(tx, ""));
  WICK_TRY(users, read_users(tx, ""));
  WICK_TRY(connectors, read_connectors(tx, "", kinds, nullptr));
  snapshot.tags = SharedMap<TagEntry>(std::move(tags));
  snapshot.users = SharedMap<UserEntry>(std::move(users));
  snapshot.connectors = ConnectorTable(std::move(connectors));
  return {};
}

}  // namespace wick::snapshot_store
