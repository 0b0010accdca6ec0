// Mailbox: passes values from any thread to one waiting coroutine, in order.
//
// No value is lost: put() adds the value and takes the waiter under one lock. take() looks for a value and
// registers its waiter under the same lock. So either take() sees the value or put() sees the waiter. put()
// wakes the waiter by a post to the waiter's own io thread, which runs the post only after the coroutine has
// suspended. A late wake-up finds an expired timer, or makes take() check again.
//
// The mailbox may outlive the io_context of its waiter: a coroutine unregisters its waiter when it ends or is
// destroyed with its context. Only a put() on another thread at that very moment could post to a context that
// is being destroyed, so the code that destroys unfinished coroutines ends such threads first.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <deque>
#include <expected>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace wick {

enum class MailboxEnd { kClosed, kTimeout };
inline constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();

// put() and close() are thread-safe. take() is for one coroutine at a time, on an io thread.
template <typename T>
class Mailbox {
 public:
  using Executor = boost::asio::io_context::executor_type;

  explicit Mailbox(std::size_t capacity = std::numeric_limits<std::size_t>::max()) : capacity_(capacity) {}

  // False if the mailbox is closed or full.
  bool put(T value) {
    Waiter waiter;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || values_.size() >= capacity_) return false;
      values_.push_back(std::move(value));
      waiter = std::exchange(waiter_, {});
    }
    wake(std::move(waiter));
    return true;
  }

  // Rejects further values. Values that are already inside can still be taken.
  void close() {
    Waiter waiter;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      waiter = std::exchange(waiter_, {});
    }
    wake(std::move(waiter));
  }

  boost::asio::awaitable<std::expected<T, MailboxEnd>, Executor> take(
      std::chrono::milliseconds timeout = kForever) {
    const auto deadline = timeout == kForever ? std::chrono::steady_clock::time_point::max()
                                              : std::chrono::steady_clock::now() + timeout;
    const Executor home = co_await boost::asio::this_coro::executor;
    std::shared_ptr<Timer> timer;
    const WaiterGuard guard(*this);
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (!values_.empty()) {
          T value = std::move(values_.front());
          values_.pop_front();
          co_return value;
        }
        if (closed_) co_return std::unexpected(MailboxEnd::kClosed);
        if (std::chrono::steady_clock::now() >= deadline) co_return std::unexpected(MailboxEnd::kTimeout);
        if (timer == nullptr) timer = std::make_shared<Timer>(home);
        timer->expires_at(deadline);
        waiter_ = {timer, home};
      }
      boost::system::error_code ignored;
      co_await timer->async_wait(
          boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), ignored));
    }
  }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  // The coroutine alone owns the timer and destroys it. So no other thread and no undelivered post destroys the
  // timer after its context.
  struct Waiter {
    std::weak_ptr<Timer> timer;
    std::optional<Executor> home = {};
  };
  // Unregisters the waiter when take() ends. Only one coroutine takes at a time, so the waiter is its own.
  class WaiterGuard {
   public:
    explicit WaiterGuard(Mailbox& mailbox) : mailbox_(mailbox) {}
    WaiterGuard(const WaiterGuard&) = delete;
    ~WaiterGuard() {
      const std::lock_guard lock(mailbox_.mutex_);
      mailbox_.waiter_ = {};
    }

   private:
    Mailbox& mailbox_;
  };
  static void wake(Waiter waiter) {
    if (!waiter.home) return;
    boost::asio::post(*waiter.home, [timer = std::move(waiter.timer)] {
      if (const auto living = timer.lock()) living->cancel();
    });
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::deque<T> values_;
  Waiter waiter_;
  bool closed_ = false;
};

// A mutex for coroutines: a coroutine that waits for it does not block its thread. Waiters are served in order of arrival.
//
// unlock() hands the mutex to the first waiter while it holds the internal lock, so the mutex is never free in between.
class AsyncMutex {
 public:
  using Executor = boost::asio::io_context::executor_type;

  // False if the mutex did not become free within `timeout`.
  boost::asio::awaitable<bool, Executor> lock(std::chrono::milliseconds timeout = kForever) {
    std::shared_ptr<Mailbox<bool>> mine;
    {
      const std::lock_guard lock(mutex_);
      if (!std::exchange(taken_, true)) co_return true;
      mine = std::make_shared<Mailbox<bool>>();
      waiting_.push_back(mine);
    }
    const auto passed = co_await mine->take(timeout);
    if (passed) co_return true;
    // After a timeout: either the coroutine is still in the queue, or unlock() has just passed it the mutex.
    const std::lock_guard lock(mutex_);
    co_return std::erase(waiting_, mine) == 0;
  }
  void unlock() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      taken_ = false;
      return;
    }
    waiting_.front()->put(true);
    waiting_.pop_front();
  }

 private:
  std::mutex mutex_;
  bool taken_ = false;
  std::deque<std::shared_ptr<Mailbox<bool>>> waiting_;
};

}  // namespace wick
