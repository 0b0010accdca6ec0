// EffectiveAccess: what one credential may call, decided from one snapshot. Nothing else decides.
//
// Listing, search, direct calls and batches all ask decide(), so none of them can show or run more than another.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/scope.h"
#include "access/snapshot.h"

namespace wick {

// An operation and the connector that keeps it in memory.
struct OperationRef {
  std::shared_ptr<const ConnectorEntry> connector;
  const OperationEntry* operation = nullptr;
};

enum class AccessDecision : unsigned char {
  kAllowed,
  kHidden,      // does not exist for the user: answer like a name that was made up
  kOutOfScope,  // the user may call it, the credential may not: the caller may be told
  kHeld,  // the credential may call it, but not before an admin has accepted a change: the caller may be told
};

class ResolvedOperation;

// Owns its snapshot. Immutable; thread-safe.
class EffectiveAccess {
 public:
  EffectiveAccess() = default;
  EffectiveAccess(std::shared_ptr<const AccessSnapshot> snapshot, const UserId& user, ScopePtr scope);

  const AccessSnapshot& snapshot() const { return *snapshot_; }
  const std::shared_ptr<const AccessSnapshot>& shared_snapshot() const { return snapshot_; }
  const UserId& user_id() const { return user_id_; }
  // Null when there is no such user.
  const UserEntry* user() const { return user_; }
  const ScopePtr& scope() const { return scope_; }

  AccessDecision decide(const ConnectorEntry& connector, const OperationEntry& operation) const;
  // The connector with this slug or id. Null when it does not exist for the credential.
  std::shared_ptr<const ConnectorEntry> connector(std::string_view slug_or_id) const;
  // Whether resources and prompts of the connector, which is an MCP server, may be used. A scope of chosen operations has
  // none of them.
  AccessDecision decide_passthrough(const ConnectorEntry& connector) const;

  struct Found {
    OperationRef ref = {};  // empty when hidden
    AccessDecision verdict = AccessDecision::kHidden;
  };
  Found find(const ConnectorId& connector, std::string_view key) const;
  // By the connector's slug, as in a direct tool's name.
  Found find(std::string_view slug, std::string_view key) const;
  // find() for a call.
  ResolvedOperation resolve(const ConnectorId& connector, std::string key) const;
  // Every operation that is allowed, in a fixed order.
  std::vector<OperationRef> operations() const;

 private:
  Found decided(std::shared_ptr<const ConnectorEntry> connector, std::string_view key) const;

  std::shared_ptr<const AccessSnapshot> snapshot_;
  UserId user_id_;
  const UserEntry* user_ = nullptr;
  ScopePtr scope_;
};

// One operation that a caller named, with the decision about it. Looked up and decided once, then checked again during the
// call: before it is carried out, before it is recorded, and before its response is sent (Runner).
//
// A decision depends on the snapshot, the user and the scope, and on nothing else. The user and the scope of a
// ResolvedOperation never change, and a snapshot is immutable. So while the newest snapshot is the one that the decision was
// made from, the decision holds, and checking again compares two pointers. A ResolvedOperation owns its snapshot, so no
// later snapshot has the same address. In any other snapshot the operation is looked up and decided again, by the ids that
// the caller named: a user, tag, connector, operation or scope that was changed meanwhile counts at once. AccessStore
// stores a snapshot with a change before the change is confirmed, so a check that begins after the confirmation cannot use
// the decision from before the change.
class ResolvedOperation {
 public:
  // Looks the operation up and decides.
  ResolvedOperation(EffectiveAccess access, const ConnectorId& connector, std::string key);
  // Takes over the decision of access.find(). `found` is not hidden.
  ResolvedOperation(EffectiveAccess access, EffectiveAccess::Found found);

  // The decision by `newest`: this one while nothing has changed, else a new one.
  ResolvedOperation checked_again(std::shared_ptr<const AccessSnapshot> newest) const;
  // Whether the decision is about this credential.
  bool is_for(const UserId& user, const ScopePtr& scope) const;

  // As the caller named them; the operation may not exist.
  const ConnectorId& connector_id() const { return connector_; }
  const std::string& key() const { return key_; }
  const AccessSnapshot& snapshot() const { return access_.snapshot(); }
  // Empty when hidden.
  const OperationRef& ref() const { return found_.ref; }
  AccessDecision verdict() const { return found_.verdict; }

 private:
  EffectiveAccess access_;
  ConnectorId connector_;
  std::string key_;
  EffectiveAccess::Found found_;
};

}  // namespace wick
