// Limits on the memory of request bodies: BodyBudget for all connections together, BodyShares for each holder.
//
// Thread-safe: all connections of all io threads reserve from the same counters. reserve() adds first and
// subtracts again if the sum is too large, so the granted sum never exceeds the limit. Two simultaneous calls
// may both fail where one of them would have fitted. The counters guard no other memory, so relaxed order
// suffices. A share reserves from its own budget and then from the total; if the total rejects, the share is
// restored.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace wick::http {

class BodyBudget {
 public:
  // `total` is the budget that contains this one; may be null. It must outlive this.
  explicit BodyBudget(std::size_t limit_bytes, BodyBudget* total = nullptr)
      : limit_(limit_bytes), total_(total) {}

  // False, and nothing is reserved, if a limit would be exceeded.
  bool reserve(std::size_t bytes) {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before <= limit_ && bytes <= limit_ - before && (total_ == nullptr || total_->reserve(bytes)))
      return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void release(std::size_t bytes) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    if (total_ != nullptr) total_->release(bytes);
  }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  BodyBudget* const total_;
  std::atomic<std::size_t> used_{0};
};

// A budget for each holder with bodies in memory. A holder without bodies is removed. Outlives the budgets that
// it returns.
class BodyShares {
 public:
  BodyShares(std::size_t limit_bytes_each, BodyBudget& total) : limit_(limit_bytes_each), total_(total) {}
  std::shared_ptr<BodyBudget> of(const std::string& holder);

 private:
  void forget(const std::string& holder);

  const std::size_t limit_;
  BodyBudget& total_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<BodyBudget>> budgets_;
};

}  // namespace wick::http
