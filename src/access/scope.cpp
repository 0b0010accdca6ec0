#include "access/scope.h"

#include <algorithm>

#include "base/json.h"

namespace wick {
namespace {

std::unexpected<Error> unfit(std::string what) {
  return fail(ErrorCode::kInvalidArgument, std::move(what));
}

Result<std::vector<std::string>> texts(const json::value& value, const char* member) {
  if (!value.is_array() || value.get_array().size() > kMaxScopeEntries) {
    return unfit(std::string("The scope's \"") + member + "\" must be a word or a list of at most " +
                 std::to_string(kMaxScopeEntries) + " ids.");
  }
  std::vector<std::string> out;
  for (const json::value& item : value.get_array()) {
    if (!is_text(item)) return unfit(std::string("The scope's \"") + member + "\" must list texts.");
    out.emplace_back(std::string_view(item.get_string()));
  }
  return out;
}

template <typename T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

bool Scope::allows(const ConnectorId& connector) const {
  return all_connectors || std::binary_search(connectors.begin(), connectors.end(), connector);
}

bool Scope::allows(const ConnectorEntry& connector, const OperationEntry& operation) const {
  if (!allows(connector.id)) return false;
  switch (operations) {
    case Operations::kAll:
      return true;
    case Operations::kReadOnly:
      return operation.read_only;
    case Operations::kChosen:
      return std::binary_search(chosen.begin(), chosen.end(), OperationKey(connector.id, operation.key));
  }
  return false;
}

std::string tool_id(const ConnectorEntry& connector, const OperationEntry& operation) {
  return "conn:" + connector.id.str() + "/" + operation.key;
}

std::optional<Scope::OperationKey> parse_tool_id(std::string_view id) {
  constexpr std::string_view kPrefix = "conn:";
  const auto slash = id.find('/');
  if (!id.starts_with(kPrefix) || slash == std::string_view::npos) return std::nullopt;
  const auto connector = ConnectorId::parse(id.substr(kPrefix.size(), slash - kPrefix.size()));
  if (!connector) return std::nullopt;
  return Scope::OperationKey(*connector, std::string(id.substr(slash + 1)));
}

Result<ScopePtr> parse_scope(const json::value* value) {
  if (value == nullptr || value->is_null()) return ScopePtr();
  if (!value->is_object())
    return unfit("\"scope\" must be an object with \"connectors\" and \"operations\".");
  const json::object& object = value->get_object();
  if (auto known = only_fields(object, {"connectors", "operations"}); !known)
    return fail(std::move(known.error()));
  auto scope = std::make_shared<Scope>();
  const auto* connectors = object.if_contains("connectors");
  if (connectors != nullptr && *connectors != json::value("all")) {
    WICK_TRY(ids, texts(*connectors, "connectors"));
    scope->all_connectors = false;
    for (const std::string& text : ids) {
      const auto id = ConnectorId::parse(text);
      if (!id) return unfit("\"" + text + "\" in the scope is not the id of a connector.");
      scope->connectors.push_back(*id);
    }
    sort_unique(scope->connectors);
  }
  const auto* operations = object.if_contains("operations");
  if (operations != nullptr && *operations == json::value("read_only")) {
    scope->operations = Scope::Operations::kReadOnly;
  } else if (operations != nullptr && *operations != json::value("all")) {
    WICK_TRY(ids, texts(*operations, "operations"));
    scope->operations = Scope::Operations::kChosen;
    for (const std::string& text : ids) {
      auto key = parse_tool_id(text);
      if (!key) return unfit("\"" + text + "\" in the scope is not the tool_id of an operation.");
      scope->chosen.push_back(std::move(*key));
    }
    sort_unique(scope->chosen);
  }
  if (scope->is_full()) return ScopePtr();
  return ScopePtr(std::move(scope));
}

json::object scope_json(const ScopePtr& scope) {
  json::object out;
  out["connectors"] = "all";
  out["operations"] = "all";
  if (scope == nullptr) return out;
  if (!scope->all_connectors) {
    json::array ids;
    for (const ConnectorId& id : scope->connectors) ids.push_back(json::string(id.str()));
    out["connectors"] = std::move(ids);
  }
  if (scope->operations == Scope::Operations::kReadOnly) out["operations"] = "read_only";
  if (scope->operations == Scope::Operations::kChosen) {
    json::array ids;
    for (const auto& [connector, key] : scope->chosen)
      ids.push_back(json::string("conn:" + connector.str() + "/" + key));
    out["operations"] = std::move(ids);
  }
  return out;
}

std::string scope_text(const ScopePtr& scope) {
  return scope == nullptr ? std::string() : to_json(scope_json(scope));
}

Result<ScopePtr> parse_scope_text(std::string_view text) {
  if (text.empty()) return ScopePtr();
  WICK_TRY(value, parse_json(text));
  return parse_scope(&value);
}

Result<void> check_scope(const ScopePtr& scope, const AccessSnapshot& snapshot, const UserEntry& user) {
  if (scope == nullptr) return {};
  const auto visible = [&](const ConnectorId& id) -> const ConnectorEntry* {
    const ConnectorEntry* connector = snapshot.connector(id);
    return connector != nullptr && snapshot.may_use(user, *connector) ? connector : nullptr;
  };
  for (const ConnectorId& id : scope->connectors) {
    if (visible(id) == nullptr)
      return unfit("The scope names a connector that does not exist for this user: " + id.str() + ".");
  }
  for (const auto& [id, key] : scope->chosen) {
    const ConnectorEntry* connector = visible(id);
    if (connector == nullptr || connector->operation(key) == nullptr) {
      return unfit("The scope names an operation that does not exist for this user: conn:" + id.str() + "/" +
                   key + ".");
    }
  }
  return {};
}

ScopePtr only_reading(const ScopePtr& scope, const AccessSnapshot& snapshot) {
  auto narrowed = std::make_shared<Scope>(scope == nullptr ? Scope() : *scope);
  if (narrowed->operations == Scope::Operations::kAll) narrowed->operations = Scope::Operations::kReadOnly;
  std::erase_if(narrowed->chosen, [&](const Scope::OperationKey& key) {
    const ConnectorEntry* connector = snapshot.connector(key.first);
    const OperationEntry* operation = connector == nullptr ? nullptr : connector->operation(key.second);
    return operation == nullptr || !operation->read_only;
  });
  return narrowed;
}

Result<ScopePtr> only_connector(const ScopePtr& scope, const ConnectorId& connector) {
  if (scope != nullptr && !scope->allows(connector))
    return unfit("The scope leaves out the one connector that was asked for.");
  auto narrowed = std::make_shared<Scope>(scope == nullptr ? Scope() : *scope);
  narrowed->all_connectors = false;
  narrowed->connectors = {connector};
  std::erase_if(narrowed->chosen, [&](const Scope::OperationKey& key) { return key.first != connector; });
  return ScopePtr(std::move(narrowed));
}

std::string describe_scope(const ScopePtr& scope) {
  if (scope == nullptr) return "everything its user may call";
  std::string what = "all operations";
  if (scope->operations == Scope::Operations::kReadOnly) what = "read-only operations";
  if (scope->operations == Scope::Operations::kChosen)
    what = std::to_string(scope->chosen.size()) + " chosen operations";
  if (scope->all_connectors) return what + " of all connectors";
  return what + " of " + std::to_string(scope->connectors.size()) + " chosen connectors";
}

}  // namespace wick
