// The memory that request bodies take, over all connections: BodyBudget of all of them, BodyShares of one
// holder each.
//
// Thread-safe: every connection of every io thread reserves from the same counters. reserve() adds first and
// takes back when the sum is too large, so the sum of what was granted never exceeds the limit; two threads
// that ask at the same moment may both be refused where one of them would have fitted. The counters guard no
// other memory, so relaxed order is enough. A share is counted in its own budget and then in that of all;
// what the second refuses is taken back from the first.
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
  // `whole`: what this is a part of; null: nothing. It outlives this.
  explicit BodyBudget(std::size_t limit_bytes, BodyBudget* whole = nullptr)
      : limit_(limit_bytes), whole_(whole) {}

  // False, and nothing is reserved, when a limit would be exceeded.
  bool reserve(std::size_t bytes) {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before <= limit_ && bytes <= limit_ - before && (whole_ == nullptr || whole_->reserve(bytes)))
      return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void release(std::size_t bytes) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    if (whole_ != nullptr) whole_->release(bytes);
  }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  BodyBudget* const whole_;
  std::atomic<std::size_t> used_{0};
};

// A budget for each holder of bodies at the moment; one without bodies is forgotten. Outlives what of() gave.
class BodyShares {
 public:
  BodyShares(std::size_t limit_bytes_each, BodyBudget& whole) : limit_(limit_bytes_each), whole_(whole) {}
  std::shared_ptr<BodyBudget> of(const std::string& holder);

 private:
  void forget(const std::string& holder);

  const std::size_t limit_;
  BodyBudget& whole_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<BodyBudget>> budgets_;
};

}  // namespace wick::http
