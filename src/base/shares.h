// Shares: a counted resource with a total limit and a limit for each holder.
//
// A holder is a name: of a user, a connector or an address. take() returns a lease, and the end of the lease
// returns the unit. The empty holder is the server itself: only the total limit applies to it.
//
// Correctness: take() and the end of a lease change the total and the count of the holder together, under one
// mutex. So the total equals the number of live leases, and the count of a holder equals the number of its
// leases. A count that reaches 0 is removed under the same lock, so memory is bounded by the total. A lease
// owns the state and may outlive its Shares. Thread-safe; O(1).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"

namespace wick {

// The words of the error message when no unit is left.
struct ShareText {
  std::string what;            // "requests to connected systems"
  std::string holder;          // "one user"
  std::string holder_setting;  // "limits.outgoing_per_user"
  std::string total_setting;
};

class Shares {
  struct State;
  struct Count;

 public:
  // One unit of a holder until the lease ends. Movable. An empty lease holds nothing.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();
    explicit operator bool() const { return state_ != nullptr; }

   private:
    friend class Shares;
    Lease(std::shared_ptr<State> state, Count* count) : state_(std::move(state)), count_(count) {}
    std::shared_ptr<State> state_;
    Count* count_ = nullptr;  // null: the server itself
  };

  Shares(std::size_t total, std::size_t per_holder, ShareText text);

  // Errors: kRateLimited  the holder or the total has reached its limit; the message says which
  Result<Lease> take(std::string_view holder);

  std::size_t taken() const;                            // by all holders
  std::size_t taken_by(std::string_view holder) const;  // for tests
  std::size_t holders() const;                          // for tests

 private:
  std::shared_ptr<State> state_;
};

// The holder name of a user: the bytes of its id.
template <typename Tag>
std::string_view holder_of(const Id<Tag>& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace wick
