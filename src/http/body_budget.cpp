#include "http/body_budget.h"

namespace wick::http {

// Made before the lock is taken: its end takes the lock too, and comes early when there is no memory.
std::shared_ptr<BodyBudget> BodyShares::of(const std::string& holder) {
  const auto end = [this, holder](BodyBudget* budget) {
    forget(holder);
    delete budget;
  };
  std::shared_ptr<BodyBudget> budget(new BodyBudget(limit_, &whole_), end);
  const std::lock_guard lock(mutex_);
  std::weak_ptr<BodyBudget>& known = budgets_[holder];
  if (auto existing = known.lock()) return existing;
  known = budget;
  return budget;
}

// Another may have been made for the holder since the last one was let go.
void BodyShares::forget(const std::string& holder) {
  const std::lock_guard lock(mutex_);
  const auto found = budgets_.find(holder);
  if (found != budgets_.end() && found->second.expired()) budgets_.erase(found);
}

}  // namespace wick::http
