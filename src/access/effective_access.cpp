#include "access/effective_access.h"

#include <utility>

namespace wick {

EffectiveAccess::EffectiveAccess(std::shared_ptr<const AccessSnapshot> snapshot, const UserId& user,
                                 ScopePtr scope)
    : snapshot_(std::move(snapshot)),
      user_id_(user),
      user_(snapshot_->user(user)),
      scope_(std::move(scope)) {}

AccessDecision EffectiveAccess::decide(const ConnectorEntry& connector,
                                       const OperationEntry& operation) const {
  if (user_ == nullptr || !operation.enabled || !snapshot_->may_use(*user_, connector))
    return AccessDecision::kHidden;
  if (scope_ != nullptr && !scope_->allows(connector, operation)) return AccessDecision::kOutOfScope;
  return operation.held ? AccessDecision::kHeld : AccessDecision::kAllowed;
}

std::shared_ptr<const ConnectorEntry> EffectiveAccess::connector(std::string_view slug_or_id) const {
  const auto exists = [&](const std::shared_ptr<const ConnectorEntry>& one) {
    if (one == nullptr || user_ == nullptr || !snapshot_->may_use(*user_, *one)) return false;
    return scope_ == nullptr || scope_->allows(one->id);
  };
  if (const auto id = ConnectorId::parse(slug_or_id)) {
    auto found = snapshot_->connectors.find(*id);
    return exists(found) ? found : nullptr;
  }
  for (const std::uint32_t place : snapshot_->connectors.with_slug(slug_or_id)) {
    if (const auto& one = snapshot_->connectors[place]; exists(one)) return one;
  }
  return nullptr;
}

AccessDecision EffectiveAccess::decide_passthrough(const ConnectorEntry& connector) const {
  if (user_ == nullptr || !snapshot_->may_use(*user_, connector)) return AccessDecision::kHidden;
  const bool within =
      scope_ == nullptr || (scope_->allows(connector.id) && scope_->operations != Scope::Operations::kChosen);
  return within ? AccessDecision::kAllowed : AccessDecision::kOutOfScope;
}

EffectiveAccess::Found EffectiveAccess::decided(std::shared_ptr<const ConnectorEntry> connector,
                                                std::string_view key) const {
  const OperationEntry* operation = connector == nullptr ? nullptr : connector->operation(key);
  if (operation == nullptr) return {};
  const AccessDecision verdict = decide(*connector, *operation);
  if (verdict == AccessDecision::kHidden) return {};
  return {{std::move(connector), operation}, verdict};
}

EffectiveAccess::Found EffectiveAccess::find(const ConnectorId& id, std::string_view key) const {
  return decided(snapshot_->connectors.find(id), key);
}

EffectiveAccess::Found EffectiveAccess::find(std::string_view slug, std::string_view key) const {
  for (const std::uint32_t place : snapshot_->connectors.with_slug(slug)) {
    Found found = decided(snapshot_->connectors[place], key);
    if (found.verdict != AccessDecision::kHidden) return found;
  }
  return {};
}

ResolvedOperation EffectiveAccess::resolve(const ConnectorId& connector, std::string key) const {
  return {*this, connector, std::move(key)};
}

std::vector<OperationRef> EffectiveAccess::operations() const {
  std::vector<OperationRef> out;
  for (const auto& connector : snapshot_->connectors) {
    if (user_ == nullptr || !snapshot_->may_use(*user_, *connector)) continue;
    for (const OperationEntry& operation : connector->operations) {
      if (decide(*connector, operation) == AccessDecision::kAllowed) out.push_back({connector, &operation});
    }
  }
  return out;
}

ResolvedOperation::ResolvedOperation(EffectiveAccess access, const ConnectorId& connector, std::string key)
    : access_(std::move(access)),
      connector_(connector),
      key_(std::move(key)),
      found_(access_.find(connector_, key_)) {}

ResolvedOperation::ResolvedOperation(EffectiveAccess access, EffectiveAccess::Found found)
    : access_(std::move(access)),
      connector_(found.ref.connector->id),
      key_(found.ref.operation->key),
      found_(std::move(found)) {}

ResolvedOperation ResolvedOperation::checked_again(std::shared_ptr<const AccessSnapshot> newest) const {
  if (newest == access_.shared_snapshot()) return *this;
  return {EffectiveAccess(std::move(newest), access_.user_id(), access_.scope()), connector_, key_};
}

bool ResolvedOperation::is_for(const UserId& user, const ScopePtr& scope) const {
  return access_.user_id() == user && access_.scope() == scope;
}

}  // namespace wick
