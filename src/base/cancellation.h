// Cancellation: tells the parts that work for a request whether the client has cancelled it.
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
  // Registers the callback, which replaces an earlier one. cancel() calls it once, on its own thread; if
  // cancel() has run already, on_cancel() calls it immediately. A null callback removes the registered one. A
  // removed callback may still be running on another thread, so a callback owns everything that it uses.
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

// Registers a callback for its own lifetime. A null `cancellation` never calls back.
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
