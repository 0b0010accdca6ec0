// SharedSlot: a shared_ptr that some threads replace while other threads read it.
//
// std::atomic<std::shared_ptr> is not used because its load() in libstdc++ 12 releases the internal lock with
// relaxed order, so that reading the pointer races with the next store (reported by ThreadSanitizer). Here a
// mutex is held while the pointer is copied or swapped. The replaced value is destroyed after the mutex is
// released. Thread-safe.
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
