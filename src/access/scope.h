// Scope: how much narrower than its user a credential is (T8). The same for tokens and OAuth connections.
//
// A scope only ever takes away: what a credential may call is what its user may call, and of that what the
// scope allows, both asked on every call (EffectiveAccess, reach.h). Values are immutable once shared.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/snapshot.h"

namespace wick {

inline constexpr std::size_t kMaxScopeEntries = 1000;  // connectors, or operations, that a scope may name

struct Scope {
  enum class Operations : unsigned char { kAll, kReadOnly, kChosen };
  using OperationKey = std::pair<ConnectorId, std::string>;

  bool all_connectors = true;
  std::vector<ConnectorId> connectors;  // sorted; when not all
  Operations operations = Operations::kAll;
  std::vector<OperationKey> chosen;  // sorted; for kChosen
  // Of a token that was issued for one connector's address (tokens/resource.h): its name there, and the token is
  // good nowhere else; empty: for any. It is kept with the grant, and is no part of what is written below.
  std::string resource = {};

  bool allows(const ConnectorId& connector) const;
  bool allows(const ConnectorEntry& connector, const OperationEntry& operation) const;
  bool is_full() const { return all_connectors && operations == Operations::kAll; }
};

// Null: the full scope of the user.
using ScopePtr = std::shared_ptr<const Scope>;

// `conn:{connector_id}/{operation_key}`: an operation's id wherever one is written down (M2).
std::string tool_id(const ConnectorEntry& connector, const OperationEntry& operation);
std::optional<Scope::OperationKey> parse_tool_id(std::string_view id);

// {"connectors": "all" | [id …], "operations": "all" | "read_only" | [tool_id …]}, as the API and the
// database have it. Absent members are "all". Errors: kInvalidArgument
Result<ScopePtr> parse_scope(const boost::json::value* value);
boost::json::object scope_json(const ScopePtr& scope);
// For the database; empty is the full scope. A text that cannot be read is an error: never the full scope.
std::string scope_text(const ScopePtr& scope);
Result<ScopePtr> parse_scope_text(std::string_view text);

// Errors: kInvalidArgument  the scope names a connector or an operation that does not exist for this user
Result<void> check_scope(const ScopePtr& scope, const AccessSnapshot& snapshot, const UserEntry& user);
// The part of it that only reads: of chosen operations, those that are read-only in `snapshot`. Never null.
ScopePtr only_reading(const ScopePtr& scope, const AccessSnapshot& snapshot);
// The part of it that is of this connector. Errors: kInvalidArgument  it has nothing of it
Result<ScopePtr> only_connector(const ScopePtr& scope, const ConnectorId& connector);
// In words, for a sentence like "It may call …".
std::string describe_scope(const ScopePtr& scope);

}  // namespace wick
