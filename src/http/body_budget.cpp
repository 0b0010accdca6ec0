#include "http/body_budget.h"

namespace wick::http {

// Created before locking: destroying the budget locks too, and happens early if allocation fails.
std::shared_ptr<BodyBudget> BodyShares::of(const std::string& holder) {
  const auto end = [this, holder](BodyBudget* budget) {
    forget(holder);
    delete budget;
  };
  std::shared_ptr<BodyBudget> budget(new BodyBudget(limit_, &total_), end);
  const std::lock_guard lock(mutex_);
  std::weak_ptr<BodyBudget>& known = budgets_[holder];
  if (auto existing = known.lock()) return existing;
  known = budget;
  return budget;
}

// A new budget may exist for the holder since the last one was released.
void BodyShares::forget(const std::string& holder) {
  const std::lock_guard lock(mutex_);
  const auto found = budgets_.find(holder);
  if (found != budgets_.end() && found->second.expired()) budgets_.erase(found);
}

}  // namespace wick::http
