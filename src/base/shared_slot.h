// SharedSlot: a shared_ptr that threads replace while others take it.
//
// Why not std::atomic<std::shared_ptr>: in libstdc++ 12 its load() gives its lock back with relaxed order, so
// that the read of the pointer races with the next store (ThreadSanitizer reports it). Here a mutex is held
// for a copy or a swap of the pointer; what was replaced is destroyed after it is released. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace wick {

template <typename T>
class SharedSlot {
 public:
  std::shared_ptr<T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void store(std::shared_ptr<T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // parameters are destroyed after the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<T> value_;
};

}  // namespace wick
