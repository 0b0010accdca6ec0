// Shares: a resource of which there is so much in total, and of which one holder may have so much at once.
//
// A holder is a name: of a user, a connector, an address. Who takes gets a lease, and gives back what it
// holds by ending the lease. The empty holder is the server itself: it counts in the total alone.
//
// Why it is right: the total and the holders' counts change together under one mutex, in take() and when a
// lease ends. So the total is the sum of the living leases, and a holder's count the number of its own; a
// count that comes to 0 is removed under the same lock. There are never more counts than living leases, which
// bounds the memory by the total. A lease owns the state, so it may outlive its Shares. Thread-safe; O(1).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"

namespace wick {

// How a share is called when none of it is left.
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
  // The part of a holder, until it ends. Movable; an empty one holds nothing.
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
    Count* count_ = nullptr;  // null: of the server itself
  };

  Shares(std::size_t total, std::size_t per_holder, ShareText text);

  // Errors: kRateLimited  the holder has its share already, or nothing is left for anybody; says which
  Result<Lease> take(std::string_view holder);

  std::size_t taken() const;                            // by all
  std::size_t taken_by(std::string_view holder) const;  // for tests
  std::size_t holders() const;                          // for tests

 private:
  std::shared_ptr<State> state_;
};

// The holder that a user is: its id as bytes, which costs nothing to make.
template <typename Tag>
std::string_view holder_of(const Id<Tag>& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace wick
