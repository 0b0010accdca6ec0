#include "connectors/connector_service.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/visible_text.h"
#include "connectors/connector_store.h"
#include "connectors/input_schema.h"

namespace wick {
namespace {

std::unexpected<Error> no_connector() {
  return fail(ErrorCode::kNotFound, "There is no connector with this id.");
}

constexpr std::size_t kMaxOriginBytes = 8192;  // of a definition's member "openapi"

// Labels become tool names by slug(): two that differ only in what slug() drops would collide.
Result<void> check_label(Transaction& tx, const std::string& id, std::string_view label) {
  if (auto named = check_name("The label", label, kMaxLabelBytes); !named) return named;
  const std::string name = slug(label);
  if (name.empty())
    return invalid(
        "The label needs at least one letter or digit from a-z or 0-9: tool names are made from it.");
  WICK_TRY(labels, connector_store::other_labels(tx, id));
  for (const std::string& other : labels) {
    if (slug(other) == name) {
      return fail(ErrorCode::kConflict, "The connector \"" + other + "\" has the same tool names (" + name +
                                            "__…): choose another label.");
    }
  }
  return {};
}

Result<void> check_texts(std::string_view description, std::string_view icon) {
  if (auto sound = check_description("The description", description, kMaxDescriptionBytes); !sound)
    return sound;
  return check_description("The icon", icon, kMaxLabelBytes);
}

// Moves secrets out of `config` into `secrets`, sealed for their place. {"set": true} and absent leave what
// is there.
Result<void> seal_secrets(const ConnectorKind& kind, const SealingKey& key, const std::string& id,
                          json::object& config, json::object& secrets) {
  for (const ConfigField& field : kind.fields()) {
    if (field.type != "secret") continue;
    const auto* value = config.if_contains(field.key);
    if (value == nullptr) continue;
    if (value->is_string() && !value->get_string().empty()) {
      const std::string sealed =
          key.seal(Secret(std::string(value->get_string())), secret_place(id, field.key));
      secrets[field.key] = to_hex({reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size()});
    } else if (value->is_null() || value->is_string()) {
      secrets.erase(field.key);
    } else if (!value->is_object()) {
      return invalid("\"" + field.label + "\" must be text.");
    }
    config.erase(field.key);
  }
  return {};
}

json::object object_in(const std::string& text) {
  auto value = parse_trusted_json(text);
  return value.is_object() ? value.get_object() : json::object();
}

}  // namespace

bool is_operation_key(std::string_view key) {
  return !key.empty() && key.size() <= kMaxOperationKeyBytes &&
         std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

namespace {

Result<std::string> check_definition(const ConnectorKind& kind, const json::object& definition) {
  if (auto known = only_fields(definition, {"key", "name", "description", "input_schema", "rest", "read_only",
                                            "destructive", "idempotent", "enabled", "openapi"});
      !known) {
    return fail(std::move(known.error()));
  }
  const auto* origin = definition.if_contains("openapi");
  if (origin != nullptr && (!origin->is_object() || to_json(*origin).size() > kMaxOriginBytes))
    return invalid("\"openapi\" must be what an import has put there.");
  auto key = required_string(definition, "key");
  if (!key) return key;
  if (!is_operation_key(*key)) {
    return invalid("The key must be 1 to " + std::to_string(kMaxOperationKeyBytes) +
                   " characters from a-z, 0-9 and _.");
  }
  for (const char* field : {"name", "description"}) {
    auto text = required_string(definition, field);
    if (!text) return text;
    if (text->size() > kMaxDescriptionBytes) return invalid("The " + std::string(field) + " is too long.");
  }
  const std::string name = text_or_empty(definition, "name");
  WICK_CHECK(check_name("The name", name, kMaxDescriptionBytes));
  for (const char* field : {"read_only", "destructive", "idempotent", "enabled"}) {
    WICK_CHECK(optional_bool(definition, field));
  }
  const auto* schema = definition.if_contains("input_schema");
  if (schema == nullptr || !schema->is_object()) return invalid("\"input_schema\" must be a JSON Schema.");
  WICK_CHECK(check_schema(schema->get_object()));
  WICK_CHECK(kind.check_operation(definition));
  if (to_json(definition).size() > kMaxDefinitionBytes) return invalid("The operation is too large.");
  return key;
}

std::unexpected<Error> no_operation(std::string_view key) {
  return fail(ErrorCode::kNotFound, "This connector has no operation \"" + std::string(key) + "\".");
}

bool is_destructive(const json::object& definition) {
  const auto* flag = definition.if_contains("destructive");
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

// The connector's kind, when its operations are the admin's own.
Result<const ConnectorKind*> custom_kind(Transaction& tx, const KindRegistry& kinds, const std::string& id) {
  WICK_TRY(row, connector_store::get(tx, id));
  const ConnectorKind* kind = kinds.find(row.kind);
  if (kind == nullptr || !kind->custom_operations())
    return invalid("The operations of this kind of connector are built in.");
  return kind;
}

// The definition of an operation. Errors: kNotFound
Result<json::object> definition_of(Transaction& tx, const std::string& id, std::string_view key) {
  WICK_TRY(text, connector_store::operation_definition(tx, id, key));
  if (!text) return no_operation(key);
  return object_in(*text);
}

// Puts a definition that check_definition() has accepted.
Result<void> put_checked(Transaction& tx, const std::string& id, std::string_view replaced_key,
                         const std::string& key, const json::object& definition) {
  WICK_TRY(taken, connector_store::has_operation(tx, id, key));
  if (taken && replaced_key != key)
    return fail(ErrorCode::kConflict, "This connector has an operation \"" + key + "\" already.");
  if (replaced_key.empty()) {
    WICK_TRY(count, connector_store::count_operations(tx, id));
    if (count >= kMaxOperationsPerConnector) {
      return fail(ErrorCode::kLimit,
                  "A connector has at most " + std::to_string(kMaxOperationsPerConnector) + " operations.");
    }
  } else if (replaced_key != key) {
    WICK_TRY(removed, connector_store::remove_operation(tx, id, replaced_key));
    if (removed == 0) return no_operation(replaced_key);
  } else if (!taken) {
    return no_operation(key);
  }
  return connector_store::put_operation(tx, id, key, to_json(definition));
}

}  // namespace

ConnectorService::ConnectorService(Database& db, const KindRegistry& kinds, const SealingKey& key,
                                   const Clock& clock)
    : db_(db), kinds_(kinds), key_(key), clock_(clock) {}

Result<ConnectorId> ConnectorService::create(ConnectorInput input) {
  const ConnectorKind* kind = kinds_.find(input.kind);
  if (kind == nullptr) return invalid("\"" + input.kind + "\" is not a kind of connector.");
  WICK_CHECK(check_texts(input.description, input.icon));
  WICK_CHECK(kind->check_config(input.config));
  const ConnectorId id = ConnectorId::make();
  connector_store::Row row{
      id.str(), input.kind,  std::string(trim(input.label)), input.description, input.icon, "", "",
      false,    clock_.now()};
  json::object secrets;
  WICK_CHECK(seal_secrets(*kind, key_, row.id, input.config, secrets));
  row.config = to_json(input.config);
  row.secrets = to_json(secrets);
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(others, connector_store::other_labels(tx, row.id));
    if (std::int64_t(others.size()) >= kMaxConnectors) {
      return fail(ErrorCode::kLimit,
                  "There are " + std::to_string(kMaxConnectors) + " connectors, the most there can be.");
    }
    if (auto sound = check_label(tx, row.id, row.label); !sound) return sound;
    if (auto inserted = connector_store::insert(tx, row); !inserted) return inserted;
    WICK_CHECK(connector_store::set_tags(tx, row.id, input.tags));
    return tx.changed("connector", row.id);
  });
  WICK_CHECK(done);
  return id;
}

Result<void> ConnectorService::update(const ConnectorId& id, ConnectorPatch patch) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, connector_store::get(tx, id.str()));
    const connector_store::Row before = row;
    const ConnectorKind* kind = kinds_.find(row.kind);
    if (kind == nullptr)
      return invalid("This version does not know connectors of the kind \"" + row.kind + "\".");
    if (patch.label) {
      row.label = std::string(trim(*patch.label));
      if (auto sound = check_label(tx, row.id, row.label); !sound) return sound;
    }
    row.description = patch.description.value_or(row.description);
    row.icon = patch.icon.value_or(row.icon);
    row.disabled = patch.disabled.value_or(row.disabled);
    if (auto sound = check_texts(row.description, row.icon); !sound) return sound;
    if (patch.config) {
      json::object secrets = object_in(row.secrets);
      if (auto sealed = seal_secrets(*kind, key_, row.id, *patch.config, secrets); !sealed) return sealed;
      if (auto sound = kind->check_config(*patch.config); !sound) return sound;
      if (*patch.config != object_in(before.config)) row.config = to_json(*patch.config);
      if (secrets != object_in(before.secrets)) row.secrets = to_json(secrets);
    }
    Result<bool> changed = false;
    if (patch.tags) changed = connector_store::set_tags(tx, row.id, *patch.tags);
    if (!changed) return fail(std::move(changed.error()));
    if (row != before) {
      if (auto updated = connector_store::update(tx, row); !updated) return updated;
    } else if (!*changed) {
      tx.unchanged("connector");
      return {};
    }
    return tx.changed("connector", row.id);
  });
}

Result<void> ConnectorService::remove(const ConnectorId& id) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, connector_store::remove(tx, id.str()));
    if (removed == 0) return no_connector();
    return tx.changed("connector", id.str());
  });
}

Result<ConnectorId> ConnectorService::duplicate(const ConnectorId& id) {
  const ConnectorId copy = ConnectorId::make();
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, connector_store::get(tx, id.str()));
    const std::string from = row.id;
    const std::string stem(truncate_utf8(row.label, kMaxLabelBytes - 10));
    row.id = copy.str();
    row.secrets = "{}";
    row.disabled = true;
    row.created_at = clock_.now();
    Result<void> free = fail(ErrorCode::kConflict, "");
    for (int i = 1; !free && i < 100; ++i) {
      row.label = stem + " copy" + (i == 1 ? "" : " " + std::to_string(i));
      free = check_label(tx, row.id, row.label);
    }
    if (!free) return free;
    if (auto inserted = connector_store::insert(tx, row); !inserted) return inserted;
    if (auto copied = connector_store::copy_operations(tx, from, row.id); !copied) return copied;
    return tx.changed("connector", row.id);
  });
  WICK_CHECK(done);
  return copy;
}

Result<void> ConnectorService::set_enabled(const ConnectorId& id, std::string_view operation, bool enabled) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(row, connector_store::get(tx, id.str()));
    const ConnectorKind* kind = kinds_.find(row.kind);
    std::optional<bool> by_itself;  // whether it is on where no admin has said so
    if (kind != nullptr) {
      for (const OperationEntry& entry : kind->operations()) {
        if (entry.key == operation) by_itself = entry.enabled;
      }
    }
    if (!by_itself) {
      WICK_TRY(custom, definition_of(tx, row.id, operation));
      by_itself = !is_destructive(custom);
    }
    WICK_TRY(set_by_admin, connector_store::enabled(tx, row.id, operation));
    if (set_by_admin.value_or(*by_itself) == enabled) {
      tx.unchanged("connector");
      return {};
    }
    if (auto set = connector_store::set_enabled(tx, row.id, operation, enabled); !set) return set;
    return tx.changed("connector", row.id);
  });
}

Result<void> ConnectorService::put_operation(const ConnectorId& id, std::string_view replaced_key,
                                             const json::object& definition) {
  if (definition.contains("openapi")) return invalid("\"openapi\" is not a known field here.");
  return db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(kind, custom_kind(tx, kinds_, id.str()));
    WICK_TRY(key, check_definition(*kind, definition));
    json::object kept = definition;
    if (!replaced_key.empty()) {
      WICK_TRY(before, definition_of(tx, id.str(), replaced_key));
      if (const auto* origin = before.if_contains("openapi")) kept["openapi"] = *origin;
      const auto* wanted = definition.if_contains("enabled");
      WICK_TRY(set_by_admin, connector_store::enabled(tx, id.str(), key));
      const bool same_state = wanted == nullptr || !wanted->is_bool() || set_by_admin == wanted->get_bool();
      if (replaced_key == key && kept == before && same_state) {
        tx.unchanged("connector");
        return {};
      }
    }
    if (auto put = put_checked(tx, id.str(), replaced_key, key, kept); !put) return put;
    if (const auto* enabled = definition.if_contains("enabled"); enabled != nullptr && enabled->is_bool()) {
      if (auto set = connector_store::set_enabled(tx, id.str(), key, enabled->get_bool()); !set) return set;
    }
    return tx.changed("connector", id.str());
  });
}

Result<void> ConnectorService::change_operations(const ConnectorId& id,
                                                 const std::vector<OperationChange>& puts,
                                                 const std::vector<std::string>& removed) {
  const ConnectorKind* kind = nullptr;
  auto found = db_.read([&](Transaction& tx) -> Result<void> {
    WICK_TRY(custom, custom_kind(tx, kinds_, id.str()));
    kind = custom;
    return {};
  });
  if (!found) return found;
  // A thousand schemas take a while to compile: before the one writer is held, not while it is.
  std::vector<std::string> keys;
  for (const OperationChange& change : puts) {
    auto key = check_definition(*kind, change.definition);
    if (!key) {
      key.error().message = "\"" + text_or_empty(change.definition, "name") + "\": " + key.error().message;
      return fail(std::move(key.error()));
    }
    keys.push_back(std::move(*key));
  }
  if (puts.empty() && removed.empty()) return {};
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    for (const std::string& key : removed) {
      WICK_TRY(gone, connector_store::remove_operation(tx, id.str(), key));
      if (gone == 0) return no_operation(key);
    }
    for (std::size_t i = 0; i < puts.size(); ++i) {
      const json::object& definition = puts[i].definition;
      bool becomes_destructive = false;
      if (!puts[i].replaced_key.empty()) {
        WICK_TRY(before, definition_of(tx, id.str(), puts[i].replaced_key));
        becomes_destructive = is_destructive(definition) && !is_destructive(before);
      }
      auto put = put_checked(tx, id.str(), puts[i].replaced_key, keys[i], definition);
      if (put && becomes_destructive) put = connector_store::set_enabled(tx, id.str(), keys[i], false);
      if (!put) return put;
    }
    return tx.changed("connector", id.str());
  });
}

Result<void> ConnectorService::remove_operation(const ConnectorId& id, std::string_view key) {
  return db_.write_with_reserve([&](Transaction& tx) -> Result<void> {
    WICK_TRY(removed, connector_store::remove_operation(tx, id.str(), key));
    if (removed == 0)
      return fail(ErrorCode::kNotFound,
                  "This connector has no operation \"" + std::string(key) + "\" of its own.");
    return tx.changed("connector", id.str());
  });
}

}  // namespace wick
