// Scope: the part of its user's access that a credential may use. Tokens and OAuth connections have the same scopes.
//
// A scope never widens access: a credential may call an operation if its user may call it and the scope allows it. Both are
// decided on every call (access/effective_access.h). Values are immutable once shared.
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
  std::vector<ConnectorId> connectors;  // sorted; counts when `all_connectors` is false
  Operations operations = Operations::kAll;
  std::vector<OperationKey> chosen;  // sorted; for kChosen
  // The connector's name in the address (tokens/resource.h) for which a token was issued, and at which alone it is valid;
  // empty: any address. It is kept with the grant, so scope_json() and scope_text() leave it out.
  std::string resource = {};

  bool allows(const ConnectorId& connector) const;
  bool allows(const ConnectorEntry& connector, const OperationEntry& operation) const;
  bool is_full() const { return all_connectors && operations == Operations::kAll; }
};

// Null: the full scope of the user.
using ScopePtr = std::shared_ptr<const Scope>;

// `conn:{connector_id}/{operation_key}`: the id of an operation in the API, in tools and in the database.
std::string tool_id(const ConnectorEntry& connector, const OperationEntry& operation);
std::optional<Scope::OperationKey> parse_tool_id(std::string_view id);

// Reads {"connectors": "all" | [id …], "operations": "all" | "read_only" | [tool_id …]}, the form of the API and of the
// database. Absent members are "all". Errors: kInvalidArgument
Result<ScopePtr> parse_scope(const boost::json::value* value);
boost::json::object scope_json(const ScopePtr& scope);
// The form of the database; an empty text is the full scope. A text that cannot be read is an error, never the full scope.
std::string scope_text(const ScopePtr& scope);
Result<ScopePtr> parse_scope_text(std::string_view text);

// Errors: kInvalidArgument  the scope names a connector or an operation that does not exist for this user
Result<void> check_scope(const ScopePtr& scope, const AccessSnapshot& snapshot, const UserEntry& user);
// The scope without operations that change something. Chosen operations stay if they are read-only in `snapshot`. Never
// null.
ScopePtr only_reading(const ScopePtr& scope, const AccessSnapshot& snapshot);
// The scope without other connectors. Errors: kInvalidArgument  the scope does not allow this connector
Result<ScopePtr> only_connector(const ScopePtr& scope, const ConnectorId& connector);
// The scope in words, for a sentence like "The token may call …".
std::string describe_scope(const ScopePtr& scope);

}  // namespace wick
