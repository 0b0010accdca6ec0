#include "access/reach.h"

namespace wick {

Reach::Reach(std::shared_ptr<const AccessSnapshot> snapshot, const UserId& user, ScopePtr scope)
    : snapshot_(std::move(snapshot)), user_(snapshot_->user(user)), scope_(std::move(scope)) {}

Verdict Reach::judge(const ConnectorEntry& connector, const OperationEntry& operation) const {
  if (user_ == nullptr || !operation.enabled || !snapshot_->may_use(*user_, connector))
    return Verdict::kHidden;
  if (scope_ != nullptr && !scope_->allows(connector, operation)) return Verdict::kOutOfScope;
  return operation.held ? Verdict::kHeld : Verdict::kAllowed;
}

std::shared_ptr<const ConnectorEntry> Reach::connector(std::string_view slug_or_id) const {
  const auto id = ConnectorId::parse(slug_or_id);
  for (const auto& one : snapshot_->connectors) {
    if (id ? one->id != *id : one->slug != slug_or_id) continue;
    const bool seen = user_ != nullptr && snapshot_->may_use(*user_, *one);
    if (seen && (scope_ == nullptr || scope_->allows(one->id))) return one;
  }
  return nullptr;
}

Verdict Reach::judge_rest(const ConnectorEntry& connector) const {
  if (user_ == nullptr || !snapshot_->may_use(*user_, connector)) return Verdict::kHidden;
  const bool within =
      scope_ == nullptr || (scope_->allows(connector.id) && scope_->operations != Scope::Operations::kChosen);
  return within ? Verdict::kAllowed : Verdict::kOutOfScope;
}

Reach::Found Reach::judged(std::shared_ptr<const ConnectorEntry> connector, std::string_view key) const {
  const OperationEntry* operation = connector->operation(key);
  if (operation == nullptr) return {};
  const Verdict verdict = judge(*connector, *operation);
  if (verdict == Verdict::kHidden) return {};
  return {{std::move(connector), operation}, verdict};
}

Reach::Found Reach::find(const ConnectorId& id, std::string_view key) const {
  for (const auto& connector : snapshot_->connectors) {
    if (connector->id == id) return judged(connector, key);
  }
  return {};
}

Reach::Found Reach::find(std::string_view slug, std::string_view key) const {
  for (const auto& connector : snapshot_->connectors) {
    if (connector->slug != slug) continue;
    Found found = judged(connector, key);
    if (found.verdict != Verdict::kHidden) return found;
  }
  return {};
}

std::vector<OperationRef> Reach::operations() const {
  std::vector<OperationRef> out;
  for (const auto& connector : snapshot_->connectors) {
    if (user_ == nullptr || !snapshot_->may_use(*user_, *connector)) continue;
    for (const OperationEntry& operation : connector->operations) {
      if (judge(*connector, operation) == Verdict::kAllowed) out.push_back({connector, &operation});
    }
  }
  return out;
}

}  // namespace wick
