// Cancellation: whether a client has taken its request back, for all who work for it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace wick {

// Thread-safe.
class Cancellation {
 public:
  void cancel() {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      callback = std::exchange(callback_, nullptr);
    }
    if (callback) callback();
  }
  bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  // Called once, by whoever cancels, on any thread; at once when that has happened. A null one forgets. A
  // callback may still be running on another thread after it was forgotten: it owns what it uses.
  void on_cancel(std::function<void()> callback) {
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_ || !callback) {
        callback_ = std::move(callback);
        return;
      }
    }
    callback();
  }

 private:
  mutable std::mutex mutex_;
  bool cancelled_ = false;
  std::function<void()> callback_;
};

// Calls back on cancellation for as long as it lives. `cancellation` may be null: never.
class OnCancel {
 public:
  OnCancel(std::shared_ptr<Cancellation> cancellation, std::function<void()> callback)
      : cancellation_(std::move(cancellation)) {
    if (cancellation_ != nullptr) cancellation_->on_cancel(std::move(callback));
  }
  OnCancel(const OnCancel&) = delete;
  ~OnCancel() {
    if (cancellation_ != nullptr) cancellation_->on_cancel(nullptr);
  }

 private:
  const std::shared_ptr<Cancellation> cancellation_;
};

}  // namespace wick
