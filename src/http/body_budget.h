// BodyBudget: the memory that request bodies of all connections may take together.
//
// Thread-safe: every connection of every io thread reserves from the same counter. reserve() adds first and
// takes back when the sum is too large, so the sum of what was granted never exceeds the limit; two threads
// that ask at the same moment may both be refused where one of them would have fitted. The counter guards no
// other memory, so relaxed order is enough.
#pragma once

#include <atomic>
#include <cstddef>

namespace wick::http {

class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit_bytes) : limit_(limit_bytes) {}

  // False, and nothing is reserved, when the limit would be exceeded.
  bool reserve(std::size_t bytes) {
    const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before <= limit_ && bytes <= limit_ - before) return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void release(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace wick::http
