#include "access/effective_access.h"

namespace wick {

EffectiveAccess::EffectiveAccess(std::shared_ptr<const AccessSnapshot> snapshot, const UserId& user,
                                 ScopePtr scope)
    : snapshot_(std::move(snapshot)), user_(snapshot_->user(user)), scope_(std::move(scope)) {}

AccessDecision EffectiveAccess::decide(const ConnectorEntry& connector,
                                       const OperationEntry& operation) const {
  if (user_ == nullptr || !operation.enabled || !snapshot_->may_use(*user_, connector))
    return AccessDecision::kHidden;
  if (scope_ != nullptr && !scope_->allows(connector, operation)) return AccessDecision::kOutOfScope;
  return operation.held ? AccessDecision::kHeld : AccessDecision::kAllowed;
}

std::shared_ptr<const ConnectorEntry> EffectiveAccess::connector(std::string_view slug_or_id) const {
  const auto id = ConnectorId::parse(slug_or_id);
  for (const auto& one : snapshot_->connectors) {
    if (id ? one->id != *id : one->slug != slug_or_id) continue;
    const bool seen = user_ != nullptr && snapshot_->may_use(*user_, *one);
    if (seen && (scope_ == nullptr || scope_->allows(one->id))) return one;
  }
  return nullptr;
}

AccessDecision EffectiveAccess::decide_passthrough(const ConnectorEntry& connector) const {
  if (user_ == nullptr || !snapshot_->may_use(*user_, connector)) return AccessDecision::kHidden;
  const bool within =
      scope_ == nullptr || (scope_->allows(connector.id) && scope_->operations != Scope::Operations::kChosen);
  return within ? AccessDecision::kAllowed : AccessDecision::kOutOfScope;
}

EffectiveAccess::Found EffectiveAccess::judged(std::shared_ptr<const ConnectorEntry> connector,
                                               std::string_view key) const {
  const OperationEntry* operation = connector->operation(key);
  if (operation == nullptr) return {};
  const AccessDecision verdict = decide(*connector, *operation);
  if (verdict == AccessDecision::kHidden) return {};
  return {{std::move(connector), operation}, verdict};
}

EffectiveAccess::Found EffectiveAccess::find(const ConnectorId& id, std::string_view key) const {
  for (const auto& connector : snapshot_->connectors) {
    if (connector->id == id) return judged(connector, key);
  }
  return {};
}

EffectiveAccess::Found EffectiveAccess::find(std::string_view slug, std::string_view key) const {
  for (const auto& connector : snapshot_->connectors) {
    if (connector->slug != slug) continue;
    Found found = judged(connector, key);
    if (found.verdict != AccessDecision::kHidden) return found;
  }
  return {};
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

}  // namespace wick
