// Connectors as admins handle them: rows, secrets, tags, operations.
//
// Thread-safe. Every change is one transaction and is in the access snapshot when the function returns
// (db/database.h, "Change log"). All of them block: never on an io thread. Who may call them is checked by
// the caller (api/).
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
// Of one that a connected system describes: a tool's schema stands in it twice, once as the server wrote it.
inline constexpr std::size_t kMaxOfferedDefinitionBytes = 2 * kMaxDefinitionBytes;
inline constexpr std::size_t kMaxOfferedBytes = 16 * 1024 * 1024;  // of all that a system describes

// [a-z0-9_], 1 to kMaxOperationKeyBytes.
bool is_operation_key(std::string_view key);

struct ConnectorInput {
  std::string kind, label, description, icon;
  std::vector<std::string> tags;  // ids
  boost::json::object config;     // secrets in plain; sealed before they are stored
};

// What is absent stays; a secret that is absent or {"set": true} stays too.
struct ConnectorPatch {
  std::optional<std::string> label, description, icon;
  std::optional<std::vector<std::string>> tags;
  std::optional<boost::json::object> config;
  std::optional<bool> disabled;
};

// By key.
struct DiscoveredChanges {
  std::vector<std::string> added, changed, removed;
  std::int64_t unchanged = 0;
};

// Of what an admin looks at, so that nothing else is accepted.
std::string digest_of(const Offered& offered);

// One operation of several that change together.
struct OperationChange {
  std::string replaced_key;  // empty: a new one
  // May have a member "openapi": what the operation was imported from (openapi_document.h).
  boost::json::object definition;
};

class ConnectorService {
 public:
  ConnectorService(Database& db, const KindRegistry& kinds, const SealingKey& key, const Clock& clock);

  // Errors: kInvalidArgument  a field is not as it must be, or the kind is unknown
  //         kConflict         another connector has this label, or one that makes the same tool names
  //         kLimit            kMaxConnectors
  Result<ConnectorId> create(ConnectorInput input);
  // Errors: as create; kNotFound
  Result<void> update(const ConnectorId& id, ConnectorPatch patch);
  Result<void> remove(const ConnectorId& id);
  // A copy without secrets and tags, disabled, labelled "<label> copy" (C9).
  Result<ConnectorId> duplicate(const ConnectorId& id);

  // Errors: kNotFound  no such connector or operation
  Result<void> set_enabled(const ConnectorId& id, std::string_view operation, bool enabled);
  // Adds an operation of a kind with custom operations, or replaces the one called `replaced_key`.
  // What it was imported from stays with it.
  // Errors: kInvalidArgument, kConflict (the key is taken), kNotFound, kLimit
  Result<void> put_operation(const ConnectorId& id, std::string_view replaced_key,
                             const boost::json::object& definition);
  Result<void> remove_operation(const ConnectorId& id, std::string_view key);
  // Removes and puts, all or nothing. Whether one that exists is enabled stays as it is, except that one
  // which becomes destructive is turned off; new ones begin as any does. Errors: as put_operation, naming the
  // operation
  Result<void> change_operations(const ConnectorId& id, const std::vector<OperationChange>& puts,
                                 const std::vector<std::string>& removed);

  // What the connected system offers now (connector_offers.cpp). Errors: kNotFound;  kInvalidArgument  the
  // kind's operations are not discovered;  kLimit
  //
  // Accepts it in place of what was accepted before. What an admin has turned on or off stays so.
  Result<DiscoveredChanges> accept_discovered(const ConnectorId& id,
                                              const std::vector<boost::json::object>& definitions);
  // Notes where it is not what is accepted: ConnectorEntry::offered.
  Result<DiscoveredChanges> review_discovered(const ConnectorId& id,
                                              const std::vector<boost::json::object>& definitions);
  // Accepts what was noted last, if that is what an admin has looked at. Errors also: kConflict  it is not
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
