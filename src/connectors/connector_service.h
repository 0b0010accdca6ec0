// ConnectorService: creates, changes and removes connectors with their secrets, tags and operations, for admins.
//
// Thread-safe. Every change is one transaction, and the access snapshot has it when the function returns (db/database.h,
// "Change log"). All functions block: never call them on an io thread. The caller (api/) checks that the user is an admin.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/snapshot.h"
#include "base/time.h"
#include "connectors/connector_kind.h"
#include "crypto/sealing.h"
#include "db/database.h"

namespace wick {

inline constexpr std::size_t kMaxLabelBytes = 60;
inline constexpr std::size_t kMaxDescriptionBytes = 2000;
inline constexpr std::size_t kMaxOperationKeyBytes = 64;
inline constexpr std::int64_t kMaxConnectors = 1000;
inline constexpr std::int64_t kMaxOperationsPerConnector = 1000;
inline constexpr std::size_t kMaxDefinitionBytes = 128 * 1024;
// The limit of a definition by a connected system, which holds the schema of a tool twice: once as the server wrote it.
inline constexpr std::size_t kMaxOfferedDefinitionBytes = 2 * kMaxDefinitionBytes;
inline constexpr std::size_t kMaxOfferedBytes = 16 * 1024 * 1024;  // of all definitions of one system

// [a-z0-9_], 1 to kMaxOperationKeyBytes.
bool is_operation_key(std::string_view key);

struct ConnectorInput {
  std::string kind, label, description, icon;
  std::vector<std::string> tags;  // ids
  boost::json::object config;     // secrets in plain; sealed before they are stored
};

// Absent members stay as they are; so does a secret that is absent or {"set": true}.
struct ConnectorPatch {
  std::optional<std::string> label, description, icon;
  std::optional<std::vector<std::string>> tags;
  std::optional<boost::json::object> config;
  std::optional<bool> disabled;
};

// The keys of operations that differ between a connected system and the accepted definitions.
struct DiscoveredChanges {
  std::vector<std::string> added, changed, removed;
  std::int64_t unchanged = 0;
};

// A digest of the offers that an admin looks at, so that no other offers are accepted.
std::string digest_of(const Offered& offered);

// One operation of several that change together.
struct OperationChange {
  std::string replaced_key;  // empty: the operation is new
  // May have a member "openapi": the origin of an imported operation (openapi_document.h).
  boost::json::object definition;
};

class ConnectorService {
 public:
  ConnectorService(Database& db, const KindRegistry& kinds, const SealingKey& key, const Clock& clock);

  // Errors: kInvalidArgument  a field is invalid, or the kind is unknown
  //         kConflict         another connector has this label, or one that makes the same tool names
  //         kLimit            kMaxConnectors
  Result<ConnectorId> create(ConnectorInput input);
  // Errors: as create; kNotFound
  Result<void> update(const ConnectorId& id, ConnectorPatch patch);
  Result<void> remove(const ConnectorId& id);
  // A copy without secrets and tags, disabled, labelled "<label> copy".
  Result<ConnectorId> duplicate(const ConnectorId& id);

  // Errors: kNotFound  no such connector or operation
  Result<void> set_enabled(const ConnectorId& id, std::string_view operation, bool enabled);
  // Adds an operation of a kind with custom operations, or replaces the one called `replaced_key`. The origin of an imported
  // operation is kept.
  // Errors: kInvalidArgument, kConflict (the key is taken), kNotFound, kLimit
  Result<void> put_operation(const ConnectorId& id, std::string_view replaced_key,
                             const boost::json::object& definition);
  Result<void> remove_operation(const ConnectorId& id, std::string_view key);
  // Removes and puts operations, all or none. An existing operation stays enabled or disabled, except that one which becomes
  // destructive is turned off. A new operation is enabled unless it is destructive. Errors: as put_operation, naming the
  // operation
  Result<void> change_operations(const ConnectorId& id, const std::vector<OperationChange>& puts,
                                 const std::vector<std::string>& removed);

  // The next three functions take the operations that the connected system offers now (connector_offers.cpp).
  // Errors: kNotFound;  kInvalidArgument  the kind's operations are not discovered;  kLimit
  //
  // Accepts the offered operations in place of those accepted before. An operation that an admin has turned on or off stays
  // so.
  Result<DiscoveredChanges> accept_discovered(const ConnectorId& id,
                                              const std::vector<boost::json::object>& definitions);
  // Notes the differences from the accepted operations in ConnectorEntry::offered.
  Result<DiscoveredChanges> review_discovered(const ConnectorId& id,
                                              const std::vector<boost::json::object>& definitions);
  // Accepts the differences that were noted last. Errors also: kConflict  they are not those the admin has looked at
  Result<DiscoveredChanges> accept_offered(const ConnectorId& id, std::string_view digest);

 private:
  Result<DiscoveredChanges> take_discovered(const ConnectorId& id,
                                            const std::vector<boost::json::object>& definitions,
                                            bool accepts);

  Database& db_;
  const KindRegistry& kinds_;
  const SealingKey& key_;
  const Clock& clock_;
};

}  // namespace wick
