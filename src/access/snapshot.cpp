#include "access/snapshot.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

template <typename Enum, std::size_t N>
Result<Enum> parse_name(std::string_view text, const std::pair<const char*, Enum> (&names)[N],
                        const char* what) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (text == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(text) + "\" is not a " + what + ": use one of " + known + ".");
}

constexpr std::pair<const char*, Role> kRoles[] = {
    {"admin", Role::kAdmin}, {"member", Role::kMember}, {"service", Role::kService}};
constexpr std::pair<const char*, UserStatus> kStatuses[] = {{"pending", UserStatus::kPending},
                                                            {"active", UserStatus::kActive},
                                                            {"deactivated", UserStatus::kDeactivated},
                                                            {"deleted", UserStatus::kDeleted}};
constexpr std::pair<const char*, ToolSurface> kTools[] = {
    {"auto", ToolSurface::kAuto}, {"direct", ToolSurface::kDirect}, {"meta", ToolSurface::kMeta}};

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

}  // namespace

const char* role_name(Role role) {
  return kRoles[static_cast<int>(role)].first;
}
const char* status_name(UserStatus status) {
  return kStatuses[static_cast<int>(status)].first;
}
const char* tools_name(ToolSurface tools) {
  return kTools[static_cast<int>(tools)].first;
}
Result<Role> parse_role(std::string_view text) {
  return parse_name(text, kRoles, "role");
}
Result<UserStatus> parse_status(std::string_view text) {
  return parse_name(text, kStatuses, "status");
}
Result<ToolSurface> parse_tools(std::string_view text) {
  return parse_name(text, kTools, "tool surface");
}

const OperationEntry* ConnectorEntry::operation(std::string_view key) const {
  for (const auto& operation : operations) {
    if (operation.key == key) return &operation;
  }
  return nullptr;
}

const UserEntry* AccessSnapshot::user(const UserId& id) const {
  const auto found = users.find(id);
  return found == users.end() ? nullptr : &found->second;
}

const ConnectorEntry* AccessSnapshot::connector(const ConnectorId& id) const {
  for (const auto& connector : connectors) {
    if (connector->id == id) return connector.get();
  }
  return nullptr;
}

bool AccessSnapshot::may_use(const UserEntry& user, const ConnectorEntry& connector) const {
  if (user.status != UserStatus::kActive || connector.disabled) return false;
  if (user.role == Role::kAdmin) return true;
  bool restricted = false;
  for (const TagId& id : connector.tags) {
    const auto tag = tags.find(id);
    if (tag == tags.end() || !tag->second.filter) continue;
    if (std::binary_search(user.tags.begin(), user.tags.end(), id)) return true;
    restricted = true;
  }
  return !restricted;
}

std::vector<const ConnectorEntry*> AccessSnapshot::visible(const UserEntry& user) const {
  std::vector<const ConnectorEntry*> out;
  for (const auto& connector : connectors) {
    if (may_use(user, *connector)) out.push_back(connector.get());
  }
  return out;
}

AccessStore::AccessStore(Database& db, KindOperations kind_operations)
    : db_(db), kind_operations_(std::move(kind_operations)) {
  current_.store(std::make_shared<AccessSnapshot>());
}

Result<void> AccessStore::start() {
  for (const char* kind : {"user", "tag", "connector"}) {
    db_.on_change(kind, [this](const ChangeEntry&) { return reload(); });
  }
  return reload();
}

// Reads everything: users, tags and connectors are hundreds, changes are rare, and a whole reload cannot
// drift.
Result<void> AccessStore::reload() {
  auto next = std::make_shared<AccessSnapshot>();
  next->version = current_.load()->version + 1;
  std::vector<std::shared_ptr<ConnectorEntry>> connectors;
  absl::flat_hash_map<ConnectorId, ConnectorEntry*> by_id;

  const auto read_users = [&](const SqlRow& row) {
    UserEntry user;
    const auto role = parse_role(row.bytes(3));
    const auto status = parse_status(row.bytes(4));
    if (!read_id(row, 0, user.id) || !role || !status) return;
    user.email = row.text(1);
    user.name = row.text(2);
    user.role = *role;
    user.status = *status;
    user.has_password = row.integer(5) != 0;
    next->users.emplace(user.id, std::move(user));
  };
  const auto read_user_tags = [&](const SqlRow& row) {
    UserId user;
    TagId tag;
    if (!read_id(row, 0, user) || !read_id(row, 1, tag)) return;
    if (const auto found = next->users.find(user); found != next->users.end())
      found->second.tags.push_back(tag);
  };
  const auto read_tags = [&](const SqlRow& row) {
    TagEntry tag;
    if (!read_id(row, 0, tag.id)) return;
    tag.name = row.text(1);
    tag.description = row.text(2);
    tag.filter = row.integer(3) != 0;
    next->tags.emplace(tag.id, std::move(tag));
  };
  const auto read_connectors = [&](const SqlRow& row) {
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
    if (auto sealed = parse_trusted_json(row.bytes(7)); sealed.is_object()) {
      connector->sealed_secrets = sealed.get_object();
    }
    connector->operations = kind_operations_(connector->kind);
    by_id.emplace(connector->id, connector.get());
    connectors.push_back(std::move(connector));
  };
  const auto read_connector_tags = [&](const SqlRow& row) {
    ConnectorId connector;
    TagId tag;
    if (!read_id(row, 0, connector) || !read_id(row, 1, tag)) return;
    if (const auto found = by_id.find(connector); found != by_id.end()) found->second->tags.push_back(tag);
  };
  const auto read_operations = [&](const SqlRow& row) {
    ConnectorId id;
    if (!read_id(row, 0, id)) return;
    const auto found = by_id.find(id);
    if (found == by_id.end()) return;
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
  const auto read_offered = [&](const SqlRow& row) {
    ConnectorId id;
    if (!read_id(row, 0, id)) return;
    const auto found = by_id.find(id);
    if (found == by_id.end()) return;
    found->second->offered.emplace(row.text(1), row.is_null(2) ? std::nullopt : std::optional(row.text(2)));
  };

  struct Query {
    const char* sql;
    std::function<void(const SqlRow&)> row;
  };
  const Query queries[] = {
      {"SELECT id, email, name, role, status, password_hash IS NOT NULL FROM users", read_users},
      {"SELECT user_id, tag_id FROM user_tags ORDER BY user_id, tag_id", read_user_tags},
      {"SELECT id, name, description, filter FROM tags", read_tags},
      {"SELECT id, kind, label, description, icon, config, disabled, secrets FROM connectors ORDER BY label",
       read_connectors},
      {"SELECT connector_id, tag_id FROM connector_tags ORDER BY connector_id, tag_id", read_connector_tags},
      {"SELECT connector_id, key, enabled, definition FROM operations ORDER BY connector_id, key",
       read_operations},
      {"SELECT connector_id, key, definition FROM offered_operations", read_offered},
  };
  auto done = db_.read([&](Transaction& tx) -> Result<void> {
    for (const Query& query : queries) {
      if (auto read = tx.for_each(query.sql, {}, query.row); !read) return read;
    }
    return {};
  });
  if (!done) return done;
  for (const auto& connector : connectors) {
    const bool holds = text_or_empty(connector->config, "changed_tools") == "hold";
    for (OperationEntry& operation : connector->operations) {
      const auto offer = connector->offered.find(operation.key);
      operation.held = holds && offer != connector->offered.end() && offer->second;
      operation.input_schema_text = to_json(operation.input_schema);
    }
  }
  next->connectors.assign(connectors.begin(), connectors.end());
  current_.store(std::move(next), std::memory_order_release);
  if (on_change_) on_change_();
  return {};
}

}  // namespace wick
