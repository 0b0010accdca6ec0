// ConnectorService's part about operations that connected systems offer: compares offers with accepted definitions.
//
// A difference is noted and shown, and has no effect until an admin accepts it: a new description is an instruction to models,
// and a new schema asks them for data. An admin accepts exactly the offers that the page showed, by their digest, not those
// that the system sends when it is asked again. The order of members is no difference: some systems change it from response
// to response.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "connectors/connector_service.h"
#include "connectors/connector_store.h"
#include "crypto/digest.h"

namespace wick {
namespace {

DiscoveredChanges changes_in(const Offered& offered, const std::map<std::string, std::string>& accepted) {
  DiscoveredChanges changes;
  changes.unchanged = std::int64_t(accepted.size());
  for (const auto& [key, definition] : offered) {
    const bool known = accepted.contains(key);
    (!definition ? changes.removed : known ? changes.changed : changes.added).push_back(key);
    changes.unchanged -= known;
  }
  return changes;
}

std::string order_of(const std::vector<json::object>& definitions) {
  json::array keys;
  for (const json::object& definition : definitions)
    keys.push_back(json::string(text_or_empty(definition, "key")));
  return to_json(keys);
}

// Where the definitions are not what is accepted.
Result<Offered> compare(const std::vector<json::object>& definitions,
                        const std::map<std::string, std::string>& accepted) {
  if (std::int64_t(definitions.size()) > kMaxOperationsPerConnector) {
    return fail(ErrorCode::kLimit, "A connector has at most " + std::to_string(kMaxOperationsPerConnector) +
                                       " operations; the system offers " +
                                       std::to_string(definitions.size()) + ".");
  }
  Offered offered;
  std::size_t bytes = 0;
  for (const auto& [key, text] : accepted) offered.emplace(key, std::nullopt);
  for (const json::object& definition : definitions) {
    const std::string key = text_or_empty(definition, "key");
    std::string text = to_json(definition);
    if (!is_operation_key(key) || text.size() > kMaxOfferedDefinitionBytes)
      return invalid("The definition of \"" + key + "\" is too large or has no sound key.");
    bytes += text.size();
    if (bytes > kMaxOfferedBytes) {
      return fail(ErrorCode::kLimit, "The system describes its operations in more than " +
                                         std::to_string(kMaxOfferedBytes) + " bytes.");
    }
    const auto known = accepted.find(key);
    if (known != accepted.end() &&
        (known->second == text || parse_trusted_json(known->second) == json::value(definition))) {
      offered.erase(key);
    } else {
      offered[key] = std::move(text);
    }
  }
  return offered;
}

// `has_moved`: the order of the operations is another one.
Result<void> accept(Transaction& tx, const std::string& id, const Offered& offered, bool has_moved = false) {
  WICK_TRY(noted, connector_store::offered(tx, id));
  if (offered.empty() && noted.empty() && !has_moved) {
    tx.unchanged("connector");
    return {};
  }
  for (const auto& [key, definition] : offered) {
    if (definition) {
      if (auto put = connector_store::put_operation(tx, id, key, *definition); !put) return put;
    } else {
      WICK_CHECK(connector_store::remove_operation(tx, id, key));
    }
  }
  if (auto cleared = connector_store::set_offered(tx, id, {}); !cleared) return cleared;
  return tx.changed("connector", id);
}

// The accepted definitions of a connector whose operations are discovered.
Result<std::map<std::string, std::string>> accepted_of(Transaction& tx, const KindRegistry& kinds,
                                                       const std::string& id) {
  WICK_TRY(row, connector_store::get(tx, id));
  ConnectorKind* kind = kinds.find(row.kind);
  if (kind == nullptr || kind->discovery() == nullptr)
    return invalid("The operations of this kind of connector are not asked for.");
  return connector_store::definitions(tx, id);
}

}  // namespace

std::string digest_of(const Offered& offered) {
  json::array all;
  for (const auto& [key, definition] : offered)
    all.push_back(json::array{json::string(key), definition ? json::value(*definition) : json::value()});
  return to_hex(sha256(to_json(all)));
}

Result<DiscoveredChanges> ConnectorService::take_discovered(const ConnectorId& id,
                                                            const std::vector<json::object>& definitions,
                                                            bool accepts) {
  DiscoveredChanges changes;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(accepted, accepted_of(tx, kinds_, id.str()));
    WICK_TRY(offered, compare(definitions, accepted));
    changes = changes_in(offered, accepted);
    // An order says nothing to models that has to be accepted, so it is followed.
    WICK_TRY(moved, connector_store::set_order(tx, id.str(), order_of(definitions)));
    if (accepts) return accept(tx, id.str(), offered, moved);
    WICK_TRY(noted, connector_store::offered(tx, id.str()));
    if (noted == offered && !moved) return {};
    if (noted == offered) return tx.changed("connector", id.str());
    if (auto set = connector_store::set_offered(tx, id.str(), offered); !set) return set;
    return tx.changed("connector", id.str());
  });
  WICK_CHECK(done);
  return changes;
}

Result<DiscoveredChanges> ConnectorService::accept_discovered(const ConnectorId& id,
                                                              const std::vector<json::object>& definitions) {
  return take_discovered(id, definitions, true);
}

Result<DiscoveredChanges> ConnectorService::review_discovered(const ConnectorId& id,
                                                              const std::vector<json::object>& definitions) {
  return take_discovered(id, definitions, false);
}

Result<DiscoveredChanges> ConnectorService::accept_offered(const ConnectorId& id, std::string_view digest) {
  DiscoveredChanges changes;
  auto done = db_.write([&](Transaction& tx) -> Result<void> {
    WICK_TRY(accepted, accepted_of(tx, kinds_, id.str()));
    WICK_TRY(offered, connector_store::offered(tx, id.str()));
    if (digest_of(offered) != digest)
      return fail(ErrorCode::kConflict,
                  "The system's operations have changed since you looked at them: look again.");
    changes = changes_in(offered, accepted);
    return accept(tx, id.str(), offered);
  });
  WICK_CHECK(done);
  return changes;
}

}  // namespace wick
