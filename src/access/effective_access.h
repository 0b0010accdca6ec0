// EffectiveAccess: what one credential may call, decided from one snapshot. The only place that decides.
//
// Listing, search, direct calls and batches all ask decide(), so none can show or run more than another. It
// borrows nothing: it keeps its snapshot. Not shared between threads.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "access/snapshot.h"

namespace wick {

struct OperationRef {
  std::shared_ptr<const ConnectorEntry> connector;
  const OperationEntry* operation = nullptr;
};

enum class AccessDecision : unsigned char {
  kAllowed,
  kHidden,      // does not exist for the user: to be answered like a name that was made up
  kOutOfScope,  // the user may, the credential may not: the caller may be told
  kHeld,  // the credential may, but not before an admin has accepted what changed: the caller may be told
};

class EffectiveAccess {
 public:
  EffectiveAccess() = default;
  EffectiveAccess(std::shared_ptr<const AccessSnapshot> snapshot, const UserId& user, ScopePtr scope);

  const AccessSnapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const AccessSnapshot>& shared_snapshot() const { return snapshot_; }
  // Null when there is no such user.
  const UserEntry* user() const { return user_; }
  const ScopePtr& scope() const { return scope_; }

  AccessDecision decide(const ConnectorEntry& connector, const OperationEntry& operation) const;
  // The connector of this slug or id, as far as it exists for the credential; null otherwise.
  std::shared_ptr<const ConnectorEntry> connector(std::string_view slug_or_id) const;
  // Whether what of the connector is no operation may be used: the resources and prompts of an MCP server. A
  // scope of chosen operations has none of it.
  AccessDecision decide_passthrough(const ConnectorEntry& connector) const;

  struct Found {
    OperationRef ref = {};  // empty when hidden
    AccessDecision verdict = AccessDecision::kHidden;
  };
  Found find(const ConnectorId& connector, std::string_view key) const;
  // By the connector's slug, as in a direct tool's name.
  Found find(std::string_view slug, std::string_view key) const;
  // Every operation that is allowed, in a fixed order.
  std::vector<OperationRef> operations() const;

 private:
  Found judged(std::shared_ptr<const ConnectorEntry> connector, std::string_view key) const;

  std::shared_ptr<const AccessSnapshot> snapshot_;
  const UserEntry* user_ = nullptr;
  ScopePtr scope_;
};

}  // namespace wick
